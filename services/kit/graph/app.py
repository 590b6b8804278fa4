"""GraphQL over POST as an ASGI application: bounded, verified, traced, with typed errors."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

import msgspec
import orjson
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from services.kit import signals
from services.kit.access.principal import Principal, acting_as
from services.kit.access.tokens import read_bearer
from services.kit.errors import (
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from services.kit.graph.budget import MOST_ENTRIES, Budget
from services.kit.graph.errors import masked, present, refusal
from services.kit.graph.schema import Subgraph
from services.kit.rpc.deadline import within

PATH = "/graphql"
LARGEST_BODY = 1024 * 1024
LONGEST_OPERATION = 10.0

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

_STATUS: Mapping[type[DomainError], int] = {
    InvalidError: 400,
    UnauthenticatedError: 401,
    DeniedError: 403,
    NotFoundError: 404,
    UnavailableError: 503,
}
_duration = signals.histogram("plantmesh.graph.duration")


class Verifies(Protocol):
    """Tells whom a token proves; raises UnauthenticatedError."""

    async def verify(self, token: str) -> Principal:
        """The principal of `token`."""
        ...


class Operation(msgspec.Struct):
    """What a client posts."""

    query: str = ""
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815 - GraphQL over HTTP


class GraphApp:
    """Serves one subgraph at /graphql; resolvers find `ports` in their context.

    Once it is `leaving`, whoever is answered is told to ask over another connection next time.
    """

    def __init__(  # noqa: PLR0913 - what it serves, and how much of it
        self,
        schema: Subgraph,
        verifier: Verifies,
        ports: Mapping[str, object],
        *,
        largest_body: int = LARGEST_BODY,
        longest: float = LONGEST_OPERATION,
        most: int = MOST_ENTRIES,
        leaving: Callable[[], bool] = lambda: False,
    ) -> None:
        self._leaving = leaving
        self._schema = schema
        self._verifier = verifier
        self._ports = ports
        self._largest_body = largest_body
        self._longest = longest
        self._most = most
        self._under_way = 0
        self.quiet = asyncio.Event()
        self.quiet.set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; nothing but JSON leaves."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
            return
        began = time.perf_counter()
        self._under_way += 1
        self.quiet.clear()
        try:
            status, answer = await self._answer(scope, receive)
            outcome = "refused" if status >= 400 else "partial" if "errors" in answer else "ok"
            await _reply(send, status, answer, last=self._leaving())
            _duration.record(time.perf_counter() - began, {"outcome": outcome})
        finally:
            self._under_way -= 1
            if not self._under_way:
                self.quiet.set()

    async def _answer(self, scope: Message, receive: Receive) -> tuple[int, dict[str, Any]]:
        headers: Headers = dict(scope["headers"])
        try:
            _check_kind(scope, headers)
            operation = _read(await self._body(headers, receive))
            async with within(self._longest):
                principal = await self._principal(headers)
                with (
                    acting_as(principal),
                    signals.span(
                        "plantmesh.graph.operation", parent=_text(headers, b"traceparent")
                    ) as span,
                ):
                    span.set_attribute("operation", operation.operationName or "")
                    return 200, await self._execute(operation, principal)
        except _RefusedError as refused:
            return refused.status, {"errors": [refusal(refused)]}
        except DomainError as error:
            status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
            return status, {"errors": [refusal(error)]}
        except Exception as error:  # noqa: BLE001 - a border: nothing of it may reach a client
            return 500, {"errors": [masked(error)]}

    async def _execute(self, operation: Operation, principal: Principal) -> dict[str, Any]:
        budget = Budget(self._most)
        try:
            result = await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                operation_name=operation.operationName,
                context_value={
                    **self._ports,
                    "principal": principal,
                    "loaders": {},
                    "budget": budget,
                },
                allowed_operation_types=(OperationType.QUERY, OperationType.MUTATION),
            )
        except (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError):
            raise InvalidError(
                "the document holds no such query or mutation",
                code="bad_operation",
                field="query",
                hint="send a query, and operationName if there are several",
            ) from None
        if budget.exceeded:
            raise budget.refusal()
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = present(result.errors)
        return answer

    async def _principal(self, headers: Headers) -> Principal:
        return await self._verifier.verify(read_bearer(_text(headers, b"authorization")))

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        announced = _text(headers, b"content-length")
        if announced.isdigit() and int(announced) > self._largest_body:
            raise self._too_large()
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._largest_body:
                raise self._too_large()
        return bytes(body)

    def _too_large(self) -> InvalidError:
        return _RefusedError(413, "too_large", f"a body has at most {self._largest_body} bytes")


class _RefusedError(InvalidError):
    """A request that is refused by what HTTP says about it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.status = status


def _check_kind(scope: Message, headers: Headers) -> None:
    if scope["path"] != PATH:
        raise _RefusedError(404, "not_found", f"the graph is at {PATH}")
    if scope["method"] != "POST":
        raise _RefusedError(405, "post_only", "operations are posted")
    if _text(headers, b"content-type").partition(";")[0].strip() != "application/json":
        raise _RefusedError(415, "json_only", "an operation is application/json")


def _read(body: bytes) -> Operation:
    try:
        return msgspec.json.decode(body, type=Operation)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidError(
            "the body is not an operation",
            code="bad_json",
            hint='post {"query": "...", "variables": {...}}',
        ) from None


def _text(headers: Headers, name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


async def _reply(send: Send, status: int, answer: dict[str, Any], *, last: bool) -> None:
    body = orjson.dumps(answer)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    if last:
        headers.append((b"connection", b"close"))
    if status == 405:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
