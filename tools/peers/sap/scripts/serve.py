"""mock-sap on a port of ours until SIGTERM, with `annex` or as it is sold.

Runs in an environment of its own.
"""

import annex
import settings
from mocksap.server import Config, make_server


def main():
    """One client (100) over a database on disk: what was answered survives kill -9."""
    if settings.ANNEX:
        annex.join()
    config = Config(
        port=settings.PORT,
        db_path=settings.DATABASE,
        basic_auth=settings.AUTH,
        require_if_match=True,
        log_requests=False,
        quiet=True,
    )
    make_server(config).serve_forever()


if __name__ == "__main__":
    main()
