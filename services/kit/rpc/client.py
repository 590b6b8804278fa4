"""Calls to another service: in time, as somebody, with the error family on the way back."""

from collections.abc import AsyncIterator
from typing import Any, Protocol, cast
from urllib.parse import quote

import grpc

from services.kit.access.principal import find_principal
from services.kit.rpc.deadline import remaining
from services.kit.rpc.errors import read_error
from services.kit.rpc.line import Line
from services.kit.rpc.terms import ON_BEHALF_OF
from services.kit.store import forbid_work
from services.kit.tls import TlsFiles


class Identity(Protocol):
    """Where the token of this service comes from; access.identity has the real one."""

    async def token(self) -> str:
        """A token that is good now."""
        ...


class Peer:
    """A channel to `address` for generated stubs: `Stub(peer.channel)`.

    A call takes at most `seconds`, less where the call being served has less left. It carries the
    caller's own token, else this service's. It raises the error family (and RuntimeError inside an
    open unit of work); nothing is retried. With `tls` both ends show who they are;
    `known_as` is the name in the other's certificate where that is not its address.
    """

    def __init__(
        self,
        address: str,
        identity: Identity,
        *,
        seconds: float = 5.0,
        tls: TlsFiles | None = None,
        known_as: str = "",
    ) -> None:
        self._line = Line(address, tls, known_as=known_as)
        self.channel = cast(grpc.aio.Channel, _Calls(self._line, identity, seconds))

    async def close(self) -> None:
        """End calls under way and the connections."""
        await self._line.close()


class _Calls:
    """What stubs make their methods from.

    Not interceptors: OpenTelemetry's would stand outside of them and never end the span of a call
    that left in an error which is not gRPC's.
    """

    def __init__(self, line: Line, identity: Identity, seconds: float) -> None:
        self._line = line
        self._identity = identity
        self._seconds = seconds

    def unary_unary(self, method: str, *args: Any, **options: Any) -> Any:
        """One request, one answer."""
        send = self._line.method(lambda channel: channel.unary_unary(method, *args, **options))

        async def call(request: Any, *, timeout: float | None = None) -> Any:  # noqa: ASYNC109 - gRPC's
            sent = await self._sent_with(timeout or self._seconds)
            try:
                return await send()(request, **sent)
            except grpc.aio.AioRpcError as error:
                raise read_error(error, method, self._line.hint(error)) from None

        return call

    def unary_stream(self, method: str, *args: Any, **options: Any) -> Any:
        """One request, a stream of answers; `timeout` bounds the whole of it."""
        send = self._line.method(lambda channel: channel.unary_stream(method, *args, **options))

        async def call(
            request: Any,
            *,
            timeout: float | None = None,  # noqa: ASYNC109 - gRPC's
        ) -> AsyncIterator[Any]:
            sent = await self._sent_with(timeout or self._seconds)
            answers = send()(request, **sent)
            try:
                async for answer in answers:
                    yield answer
            except grpc.aio.AioRpcError as error:
                raise read_error(error, method, self._line.hint(error)) from None
            finally:
                answers.cancel()

        return call

    def stream_unary(self, method: str, *args: Any, **options: Any) -> Any:
        """A stream of requests, one answer."""
        send = self._line.method(lambda channel: channel.stream_unary(method, *args, **options))

        async def call(
            requests: AsyncIterator[Any],
            *,
            timeout: float | None = None,  # noqa: ASYNC109 - gRPC's
        ) -> Any:
            sent = await self._sent_with(timeout or self._seconds)
            try:
                return await send()(requests, **sent)
            except grpc.aio.AioRpcError as error:
                raise read_error(error, method, self._line.hint(error)) from None

        return call

    async def _sent_with(self, seconds: float) -> dict[str, Any]:
        forbid_work()
        metadata = []
        principal = find_principal()
        token = principal.token if principal else ""
        if principal and not token:
            metadata.append((ON_BEHALF_OF, quote(principal.actor)))
        token = token or await self._identity.token()
        metadata.append(("authorization", f"Bearer {token}"))
        return {"timeout": remaining(seconds), "metadata": tuple(metadata)}
