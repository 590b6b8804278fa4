"""Who the line is, and whom it lets in: certificates in folders, as a PLC has them."""

import socket
from pathlib import Path
from typing import Any

from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.user_managers import UserManager
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from tools.mesh.files import write_private, write_whole

_CERTIFICATES = ("*.pem", "*.der")


def own_keys(certificate: Path, key: Path, uri: str) -> None:
    """Generate both on first use. The certificate names the application `uri` and this host."""
    if key.exists() and certificate.exists():
        return
    private = generate_private_key()
    made = generate_self_signed_app_certificate(
        private,
        "Plantmesh line simulator",
        {"organizationName": "Plantmesh"},
        [x509.UniformResourceIdentifier(uri), x509.DNSName(socket.gethostname())],
        [ExtendedKeyUsageOID.SERVER_AUTH],
    )
    write_private(key, dump_private_key_as_pem(private).decode())
    write_whole(certificate, made.public_bytes(Encoding.PEM).decode())


class Trust(UserManager):
    """Lets in whoever proved to own a certificate of `folder`, to read and to subscribe.

    It is read at every activation, so that a certificate put there counts at once. The proof is
    the channel's: what a client merely says at the creation of a session is not looked at.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get_user(
        self,
        iserver: Any,
        username: str | None = None,
        password: str | None = None,
        certificate: bytes | None = None,
    ) -> User:
        """Raises ServiceError for a channel without a certificate, or with a stranger's."""
        if certificate is None or certificate not in map(_load, self._files()):
            raise ServiceError(ua.StatusCodes.BadCertificateUntrusted)
        return User(role=UserRole.User)

    def _files(self) -> list[Path]:
        return [path for pattern in _CERTIFICATES for path in sorted(self._folder.glob(pattern))]


def _load(path: Path) -> bytes:
    """As it goes over the wire (DER)."""
    content = path.read_bytes()
    if path.suffix == ".der":
        return content
    return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
