"""A certificate authority for development and tests: it signs who the processes of a mesh are."""

import datetime as dt
import ipaddress
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.kit.tls import TlsFiles
from tools.mesh.files import write_private, write_whole
from tools.mesh.ports import LOOPBACK

_BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(2126, 1, 1, tzinfo=dt.UTC)


class Authority:
    """Its certificate is in whatever it issues; its key is nowhere but in this process."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        builder = self._begun(self._name, self._key.public_key(), _END)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self._certificate = builder.sign(self._key, SHA256())

    def issue(
        self,
        folder: Path,
        name: str,
        hosts: Sequence[str] = (LOOPBACK,),
        *,
        end: dt.datetime = _END,
    ) -> TlsFiles:
        """Write `name`'s certificate for `hosts`, its key and ours, over what is there."""
        files = TlsFiles(folder / "tls.crt", folder / "tls.key", folder / "ca.crt")
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([_host(each) for each in hosts])
        builder = self._begun(_named(name), key.public_key(), end).add_extension(names, False)
        certificate = builder.sign(self._key, SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_whole(files.cert, certificate.public_bytes(Encoding.PEM).decode())
        write_private(files.key, private.decode())
        write_whole(files.ca, self._certificate.public_bytes(Encoding.PEM).decode())
        return files

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, end: dt.datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(_BEGIN)
            .not_valid_after(end)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
