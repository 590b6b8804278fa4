"""A development user's identity toward services, for simulators and demos."""

from pathlib import Path

from tools.mesh.issuer import Issuer
from tools.mesh.people import USERS


class Badge:
    """`user` of the mesh of `root`; every token is minted for its call."""

    def __init__(self, root: Path, user: str) -> None:
        self._issuer = Issuer(root)
        self._bearer = USERS[user]

    async def token(self) -> str:
        """Good for 15 minutes."""
        return self._issuer.signer.mint(self._bearer)
