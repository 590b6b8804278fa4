"""mock-sap on a port of ours until SIGTERM; what it is told comes from its environment.

Runs in an environment of its own. With PLANTMESH_SAP_ANNEX it also knows what `annex` adds.
"""

import os

from mocksap.server import Config, make_server


def main():
    """One client (100) over a database on disk: what was answered survives kill -9."""
    if os.environ["PLANTMESH_SAP_ANNEX"] == "True":
        import annex

        annex.join()
    config = Config(
        port=int(os.environ["PLANTMESH_SAP_PORT"]),
        db_path=os.environ["PLANTMESH_SAP_DATABASE"],
        basic_auth=os.environ["PLANTMESH_SAP_AUTH"],
        require_if_match=True,
        log_requests=False,
        quiet=True,
    )
    make_server(config).serve_forever()


if __name__ == "__main__":
    main()
