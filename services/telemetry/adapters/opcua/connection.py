"""A connection to an OPC UA server, and what its refusals mean."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from asyncua import Client, ua
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from services.kit.errors import InvalidError, UnavailableError
from services.telemetry.adapters.opcua.certificate import Identity
from services.telemetry.adapters.opcua.trust import Trust
from services.telemetry.adapters.sources import Source

_TIMEOUT = 4.0
_WATCH = 1.0

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
    client = Client(source.endpoint, timeout=_TIMEOUT, watchdog_intervall=_WATCH)
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
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        identity.certificate,
        identity.key,
        server_certificate=trust.pinned,
    )
    shown = client.security_policy.peer_certificate or b""
    trust.check(shown)
    await client.connect()
    trust.remember(shown)


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
            hint="it must offer Basic256Sha256 SignAndEncrypt with the pinned certificate, if any",
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
