"""A connection to an OPC UA server, and what its refusals mean."""

import asyncio
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from asyncua import Client, ua
from asyncua.crypto.security_policies import (
    SecurityPolicy,
    SecurityPolicyAes128Sha256RsaOaep,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyBasic256Sha256,
)
from asyncua.crypto.uacrypto import CertProperties

from services.kit.errors import InvalidError, UnavailableError
from services.kit.log import logger
from services.telemetry.adapters.opcua.certificate import Identity
from services.telemetry.adapters.opcua.trust import Trust
from services.telemetry.adapters.sources import Source

_SESSION_MS = 60_000
"""A server has few sessions: one whose client died shall not stay for long."""
_POLICIES = (
    SecurityPolicyBasic256Sha256,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyAes128Sha256RsaOaep,
)
_NONSENSE = (
    AssertionError, AttributeError, LookupError, OverflowError, TypeError, ValueError, struct.error,
)  # fmt: skip
"""What comes of an answer that is not built as it should be: asyncua takes it on trust."""
_log = logger(__name__)

_UNTRUSTED = (
    ua.uaerrors.BadCertificateUntrusted,
    ua.uaerrors.BadCertificateInvalid,
    ua.uaerrors.BadCertificateUriInvalid,
    ua.uaerrors.BadSecurityChecksFailed,
)
_LOGIN = (
    ua.uaerrors.BadUserAccessDenied,
    ua.uaerrors.BadIdentityTokenInvalid,
    ua.uaerrors.BadIdentityTokenRejected,
)


@asynccontextmanager
async def connected(
    source: Source, identity: Identity, password: str, lost: asyncio.Event
) -> AsyncIterator[Client]:
    """A session, closed at the end; `lost` is set as soon as it is known to be gone.

    Each connection is a new client: asyncua's own reconnection goes on with the old namespace
    indices and tells of a failed subscription in its log alone.
    """
    seconds = source.timeout_seconds
    client = Client(source.endpoint, timeout=seconds, watchdog_intervall=seconds / 4)
    client.session_timeout = _SESSION_MS
    client.name = "Plantmesh telemetry"
    client.application_uri = identity.uri

    async def lose(_: Exception) -> None:
        lost.set()

    client.connection_lost_callback = lose
    if source.user:
        client.set_user(source.user)
        client.set_password(password)
    with _explained(source, identity):
        if source.insecure:
            await client.connect()
        else:
            await _connect_securely(client, identity, Trust(source, identity))
    try:
        yield client
    finally:
        await client.disconnect()


async def _connect_securely(client: Client, identity: Identity, trust: Trust) -> None:
    policy, certificate = await _offered(client)
    await client.set_security(
        policy,
        identity.certificate,
        identity.key,
        server_certificate=trust.pinned or CertProperties(certificate, "der"),
    )
    shown = client.security_policy.peer_certificate or b""
    trust.check(shown)
    await client.connect()
    trust.remember(shown)


async def _offered(client: Client) -> tuple[type[SecurityPolicy], bytes]:
    """The first policy of ours that the server offers, and the certificate (DER) beside it.

    Its endpoints' addresses are not used: they often name a host that only the plant knows.
    """
    secure = {
        endpoint.SecurityPolicyUri: endpoint.ServerCertificate
        for endpoint in await client.connect_and_get_server_endpoints()
        if endpoint.SecurityMode == ua.MessageSecurityMode.SignAndEncrypt
    }
    for policy in _POLICIES:
        if chain := secure.get(policy.URI):
            # What follows the certificate are those of its issuers.
            return policy, chain[: int.from_bytes(chain[2:4], "big") + 4]
    raise ua.UaError("it offers no security of ours")


@contextmanager
def talking(source: Source) -> Iterator[None]:
    """Whatever goes wrong inside is told as the source's; the next connection may do better."""
    try:
        yield
    except (OSError, TimeoutError, ua.UaError) as error:
        raise UnavailableError(
            f"{source.name}: {source.endpoint} stopped answering: {_name(error)}",
            code="source_unavailable",
        ) from error
    except _NONSENSE as error:
        _log.exception("a source answered with something else", source=source.name)
        raise UnavailableError(
            f"{source.name}: {source.endpoint} answered with something else",
            code="source_unreadable",
            hint="the log says what could not be read",
        ) from error


@contextmanager
def _explained(source: Source, identity: Identity) -> Iterator[None]:
    where = f"{source.name}: {source.endpoint}"
    try:
        yield
    except (AssertionError, *_UNTRUSTED) as error:
        # asyncua asserts the type of an answer that an untrusting server never sends.
        raise UnavailableError(
            f"{where} does not trust our certificate",
            code="untrusted_certificate",
            field="server_certificate",
            hint=f"let the server trust {identity.certificate} (thumbprint {identity.thumbprint})",
        ) from error
    except _LOGIN as error:
        raise UnavailableError(
            f"{where} refuses the login of {source.user or 'nobody'}",
            code="login_refused",
            field="user",
            hint="name a user and a secret that the server knows",
        ) from error
    except ua.UaStatusCodeError as error:
        raise UnavailableError(f"{where} refused: {_name(error)}", code="source_refused") from error
    except ua.UaError as error:
        raise UnavailableError(
            f"{where} is not the server it was set up for: {error}",
            code="wrong_security",
            field="security",
            hint="it must offer SignAndEncrypt by Basic256Sha256, Aes256_Sha256_RsaPss or"
            " Aes128_Sha256_RsaOaep, with the pinned certificate, if any",
        ) from error
    except (FileNotFoundError, PermissionError, ValueError) as error:
        raise InvalidError(
            f"{source.name}: a certificate cannot be read: {error}",
            code="bad_certificate",
            field="server_certificate",
        ) from error
    except (OSError, TimeoutError) as error:
        raise UnavailableError(
            f"{where} cannot be reached: {_name(error)}", code="source_unavailable"
        ) from error


def _name(error: BaseException) -> str:
    return str(error) or type(error).__name__
