"""The ERP behind TLS: whoever is not trusted is told nothing, not even the password."""

import datetime as dt
import ssl
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.erp.domain.document import Sought
from services.kit.lanes.outcome import Posted, Unavailable
from tests.contract.erp_system.stage import ORDER, made, post, ref
from tests.contract.proxy import Proxy, verb_and_set
from tests.contract.sap.conftest import ROOT
from tests.contract.sap.stage import Connect, SapStage
from tools.mesh.ports import LOOPBACK


async def test_only_a_trusted_erp_is_spoken_to(
    connect: Connect, stage: SapStage, tmp_path: Path
) -> None:
    certificate = tmp_path / "erp.pem"
    context = _identity(certificate)
    async with Proxy(stage.desk.url, named=verb_and_set, trust=context) as proxy:
        url = proxy.url + ROOT
        async with connect(url=url, plaintext=False) as stranger:
            sought = [Sought(stage.plant, ORDER, ref(stage, "p-1"))]
            assert isinstance(await stranger.find(sought), Unavailable)
            assert proxy.answered == []
        async with connect(url=url, plaintext=False, ca_file=str(certificate)) as erp:
            assert isinstance(await post(erp, made(stage, "p-1", "1")), Posted)


def _identity(path: Path) -> ssl.SSLContext:
    """A certificate of its own for the loopback address, for an hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "erp")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
