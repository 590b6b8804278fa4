"""The development issuer of one machine: its pages as a process of the mesh.

`python -m tools.mesh.issuer ROOT PORT`; the mesh runs it as a process like any other.
"""

import sys
from pathlib import Path

from aiohttp import web

from tools.mesh.child import Child
from tools.mesh.issuing import KEYS, application
from tools.mesh.people import Secrets
from tools.mesh.ports import LOOPBACK
from tools.mesh.probes import http_ok
from tools.mesh.server import Server
from tools.mesh.tokens import Signer


class Issuer(Server):
    """The issuer as a process; its key and all passwords are private files under `root`."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "issuer")
        self.secrets = Secrets(self.root / "secrets")

    @property
    def url(self) -> str:
        """The `iss` of its tokens."""
        return f"http://{LOOPBACK}:{self.ports.of(self.name)}"

    @property
    def jwks_url(self) -> str:
        """Where its public keys are."""
        return self.url + KEYS

    @property
    def signer(self) -> Signer:
        """Mints without asking the process: for tests and `plantctl token`."""
        return _signer(self.root, self.ports.of(self.name))

    def command(self) -> Child:
        """This module, run."""
        port = self.ports.take(self.name)
        return Child(
            name=self.name,
            argv=[sys.executable, "-m", "tools.mesh.issuer", str(self.root), str(port)],
            log=self.log,
            pid_file=self.pid_file,
            env={"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def answers(self) -> bool:
        """Whether the keys can be read."""
        return http_ok(self.jwks_url)


def _signer(root: Path, port: int) -> Signer:
    return Signer(root / "secrets" / "issuer.pem", f"http://{LOOPBACK}:{port}")


def main(root: Path, port: int) -> None:
    """Serve until SIGTERM."""
    secrets = Secrets(root / "secrets")
    secrets.generate()
    web.run_app(application(_signer(root, port), secrets), host=LOOPBACK, port=port, print=None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
