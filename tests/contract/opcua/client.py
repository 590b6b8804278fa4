"""A plain asyncua client with a certificate of its own: what the peer is without our collector."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from asyncua import Client, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from cryptography.x509.oid import ExtendedKeyUsageOID

LINE = "urn:plantmesh:peer:line"
_ME = "urn:plantmesh:test:client"


async def dialling(endpoint: str, folder: Path) -> Client:
    """A client that would sign and encrypt; not connected yet."""
    key, certificate = folder / "client.pem", folder / "client.der"
    await setup_self_signed_certificate(
        key,
        certificate,
        _ME,
        "localhost",
        [ExtendedKeyUsageOID.CLIENT_AUTH],
        {"commonName": "test"},
    )
    client = Client(endpoint, timeout=5)
    client.application_uri = _ME
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        str(certificate),
        str(key),
        mode=ua.MessageSecurityMode.SignAndEncrypt,
    )
    return client


@asynccontextmanager
async def connected(endpoint: str, folder: Path) -> AsyncIterator[Client]:
    """A session for as long as it is needed."""
    async with await dialling(endpoint, folder) as client:
        yield client
