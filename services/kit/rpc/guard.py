"""What stands before every call: a deadline, a verified principal, the rules of the request."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import unquote

import grpc
import psycopg
from google.protobuf.message import DecodeError
from sqlalchemy.exc import DBAPIError

from services.kit import signals
from services.kit.access.principal import Principal, acting_as
from services.kit.access.tokens import Verifier, read_bearer
from services.kit.database_errors import read_database_error
from services.kit.errors import DomainError, InvalidError
from services.kit.ids import uuid7
from services.kit.log import logger
from services.kit.rpc.deadline import DEFAULT, within
from services.kit.rpc.errors import status_code, trailers
from services.kit.rpc.lettering import unstorable
from services.kit.rpc.terms import ON_BEHALF_OF
from services.kit.rpc.validation import check

LONGEST_UPLOAD = 600.0
"""Seconds that a stream of requests may take at most; a large file is stored as a whole."""
DELEGATE = "delegate"
"""The scope of a service that may say on whose behalf it acts."""

_log = logger(__name__)
_duration = signals.histogram("plantmesh.rpc.duration")

Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Guard(grpc.aio.ServerInterceptor):  # type: ignore[type-arg]
    """Admits a call or refuses it, and turns what it raises into a status with details.

    A call may take `longest` seconds, whatever its caller asks for; an upload LONGEST_UPLOAD.
    """

    def __init__(self, verifier: Verifier, *, longest: float) -> None:
        self._verifier = verifier
        self._longest = longest

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        """Wrap the handler of one call."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return handler
        method = handler_call_details.method
        if handler.request_streaming and handler.response_streaming:
            raise NotImplementedError(f"{method}: streams both ways are not guarded, nor used")
        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(
                self._guard_upload(method, handler.stream_unary),
                _tolerant(handler.request_deserializer),
                handler.response_serializer,
            )
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(
                self._guard_stream(method, handler.unary_stream),
                _tolerant(handler.request_deserializer),
                handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            self._guard_single(method, handler.unary_unary),
            _tolerant(handler.request_deserializer),
            handler.response_serializer,
        )

    def _guard_single(self, method: str, serve: Any) -> Callable[..., Any]:
        async def single(request: Any, context: Context) -> Any:
            async with self._admitted(method, context):
                _judge(request)
                with _naming(request):
                    return await serve(request, context)

        return single

    def _guard_upload(self, method: str, serve: Any) -> Callable[..., Any]:
        async def upload(requests: AsyncIterator[Any], context: Context) -> Any:
            async with self._admitted(method, context, longest=LONGEST_UPLOAD):
                return await serve(_judged(requests), context)

        return upload

    def _guard_stream(self, method: str, serve: Any) -> Callable[..., Any]:
        async def stream(request: Any, context: Context) -> AsyncIterator[Any]:
            async with self._admitted(method, context):
                _judge(request)
                with _naming(request):
                    async for answer in serve(request, context):
                        yield answer

        return stream

    @asynccontextmanager
    async def _admitted(
        self, method: str, context: Context, longest: float | None = None
    ) -> AsyncIterator[None]:
        began = time.perf_counter()
        code = grpc.StatusCode.CANCELLED
        try:
            async with within(self._seconds(context, longest or self._longest)):
                with acting_as(await self._principal(context)):
                    yield
            code = grpc.StatusCode.OK
        except DomainError as error:
            code = status_code(error)
            await _refuse(context, error)
        except grpc.aio.AbortError:
            code = grpc.StatusCode.ABORTED
            raise
        except Exception as error:  # noqa: BLE001 - a border: nothing of it may reach a client
            masked = _masked(method, error)
            code = status_code(masked)
            await _refuse(context, masked)
        finally:
            _duration.record(
                time.perf_counter() - began, {"method": method.lstrip("/"), "code": code.name}
            )

    def _seconds(self, context: Context, longest: float) -> float:
        asked = context.time_remaining()
        return min(DEFAULT if asked is None else asked, longest)

    async def _principal(self, context: Context) -> Principal:
        sent = {key: str(value) for key, value in context.invocation_metadata() or ()}
        principal = await self._verifier.verify(read_bearer(sent.get("authorization")))
        if DELEGATE in principal.scopes:
            return replace(principal, on_behalf_of=unquote(sent.get(ON_BEHALF_OF, "")))
        return principal


async def _judged(requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        _judge(request)
        yield request


def _tolerant(read: Callable[[bytes], Any] | None) -> Callable[[bytes], Any]:
    """gRPC itself answers what it cannot read with the reader's own words; the guard has better."""

    def read_or_none(message: bytes) -> Any:
        try:
            return read(message) if read else message
        except DecodeError:
            return None

    return read_or_none


def _judge(request: Any) -> None:
    """Raises InvalidError on what is no message of this call, and on one that breaks its rules."""
    if request is None:
        raise InvalidError(
            "the bytes are not the message of this call",
            code="malformed_message",
            hint="send the message that the service's proto names",
        )
    check(request)


@contextmanager
def _naming(request: Any) -> Iterator[None]:
    """A value that the database does not keep is named by its place in the request."""
    try:
        yield
    except (psycopg.DataError, DBAPIError) as error:
        if not isinstance(refused := read_database_error(error), InvalidError):
            raise
        refused.field = unstorable(request)
        raise refused from error


async def _refuse(context: Context, error: DomainError) -> None:
    await context.abort(status_code(error), str(error), trailers(error))


def _masked(method: str, error: Exception) -> DomainError:
    """A busy database is worth another try; whatever else it was stands in our log alone."""
    if refused := read_database_error(error):
        return refused
    reference = uuid7().hex
    _log.error("call failed", method=method, reference=reference, exc_info=error)
    return DomainError("internal error", code="internal", hint=f"quote the reference {reference}")
