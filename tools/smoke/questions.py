"""The questions: a token, every service by gRPC, and the graph through the gateway."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from plantmesh.ops.v1.desk_pb2 import GetStatusRequest
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.kit.errors import DeniedError, UnavailableError
from services.kit.rpc.client import Identity, Peer
from services.kit.tls import TlsFiles

_TRUSTED = Path(__file__).parents[2] / "gateway" / "operations" / "smoke.graphql"
DOCUMENT = _TRUSTED.read_text()
"""Every root field is another service's; the gateway trusts it by its hash."""
_CALL_SECONDS = 5.0
_TIMEOUT = aiohttp.ClientTimeout(total=10)


class Question(Protocol):
    """Raises UnavailableError, or another of the family, when the answer is not a good one."""

    async def __call__(self) -> None:
        """Ask once."""
        ...


def token(identity: Identity) -> Question:
    """Does the issuer know us?"""

    async def ask() -> None:
        await identity.token()

    return ask


def service(target: str, identity: Identity, tls: TlsFiles | None = None) -> Question:
    """Does it answer, and can it verify who asks? That we may not operate it is a good answer."""

    async def ask() -> None:
        peer = Peer(target, identity, seconds=_CALL_SECONDS, tls=tls)
        stub: Any = DeskServiceStub(peer.channel)
        try:
            await stub.GetStatus(GetStatusRequest())
        except DeniedError:
            return
        finally:
            await peer.close()

    return ask


def graph(url: str, identity: Identity) -> Question:
    """Does every subgraph tell of its database? Raises UnavailableError naming who does not."""

    async def ask() -> None:
        bearer = {"authorization": f"Bearer {await identity.token()}"}
        named = {"version": 1, "sha256Hash": sha256(DOCUMENT.encode()).hexdigest()}
        body = {"variables": {}, "extensions": {"persistedQuery": named}}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, headers=bearer) as http,
                http.post(url, json=body) as answer,
            ):
                judge(await answer.json())
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise UnavailableError(f"the gateway did not answer: {error!r}") from error

    return ask


def judge(answer: Mapping[str, Any]) -> None:
    """Raises UnavailableError unless every root field has an answer."""
    errors = [
        f"{extensions.get('serviceName', 'gateway')}: {extensions.get('code', '')} {one['message']}"
        for one in answer.get("errors") or ()
        for extensions in [one.get("extensions", {})]
    ]
    empty = [name for name, part in (answer.get("data") or {}).items() if part is None]
    if errors or empty or not answer.get("data"):
        raise UnavailableError("; ".join(errors) or f"nothing of {', '.join(empty) or 'it'}")
