"""Who we are to an OPC UA server: a key and a self-signed certificate, made when first needed."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from asyncua.crypto import cert_gen
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from services.kit.errors import InvalidError

_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Identity:
    """Paths of certificate (DER) and key (PEM). `uri` is the certificate's, which servers check;
    `thumbprint` is how they list it.
    """

    certificate: Path
    key: Path
    uri: str
    thumbprint: str


def private_folder(folder: Path) -> Path:
    """The folder, made if need be, for nobody else's eyes."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def own_identity(folder: Path) -> Identity:
    """Ours, kept in `folder`; raises InvalidError when what is there is no certificate."""
    certificate, key = folder / "certificate.der", folder / "key.pem"
    if not (certificate.exists() and key.exists()):
        _generate(certificate, key)
    try:
        read = x509.load_der_x509_certificate(certificate.read_bytes())
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uri = names.get_values_for_type(x509.UniformResourceIdentifier)[0]
    except (ValueError, IndexError, x509.ExtensionNotFound) as error:
        raise InvalidError(
            f"{certificate} is no certificate with an application URI",
            code="bad_certificate",
            field="PLANTMESH_TELEMETRY_FOLDER",
            hint="remove it and key.pem; both are made anew and must be trusted by the servers",
        ) from error
    return Identity(certificate, key, uri, read.fingerprint(SHA1()).hex().upper())


def _generate(certificate: Path, key: Path) -> None:
    host = socket.gethostname()
    uri = f"urn:{host}:plantmesh:telemetry"
    private = cert_gen.generate_private_key()
    made = cert_gen.generate_self_signed_app_certificate(
        private,
        f"Plantmesh telemetry on {host}"[:64],
        {"organizationName": "Plantmesh"},
        [x509.UniformResourceIdentifier(uri), x509.DNSName(host)],
        [ExtendedKeyUsageOID.CLIENT_AUTH],
        days=_DAYS,
    )
    write_private(key, cert_gen.dump_private_key_as_pem(private))
    write_private(certificate, made.public_bytes(Encoding.DER))


def write_private(path: Path, content: bytes) -> None:
    """All of it or nothing, readable by us alone."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    draft.rename(path)
