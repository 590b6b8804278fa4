"""Errors on the wire: typed, naming the field and the way out, with nothing internal in them."""

import re
from collections.abc import AsyncIterator
from typing import Any

import grpc
import psycopg
import pytest
from google.rpc import error_details_pb2, status_pb2
from plantmesh.common.v1.snapshot_pb2 import Position, SnapshotRequest
from structlog.testing import capture_logs

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from services.kit.rpc.errors import read_error
from tests.component.kit.rpc.desk import (
    GOOD,
    Desk,
    bearer,
    calling,
    calling_raw,
    mint,
    served,
)

JUNK = b"\xff\xff"


def raising(error: Exception) -> Desk:
    """A desk that fails at once, and in the middle of a stream."""
    desk = Desk()

    async def answer(_: SnapshotRequest) -> Position:
        raise error

    async def stream(_: SnapshotRequest) -> AsyncIterator[Position]:
        yield Position(n=0)
        raise error

    desk.answer, desk.stream = answer, stream
    return desk


async def refusal(desk: Desk, request: SnapshotRequest = GOOD) -> DomainError:
    """What a calling service catches."""
    async with served(desk) as server, calling(server) as stub:
        with pytest.raises(DomainError) as caught:
            await stub.ask(request)
    return caught.value


async def raw_refusal(desk: Desk, request: SnapshotRequest = GOOD) -> grpc.aio.AioRpcError:
    """What is on the wire."""
    async with served(desk) as server, calling_raw(server) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ask(request, timeout=5, metadata=bearer(mint()))
    return caught.value


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidError("m", code="c", field="lines[2].unit", hint="h"), "INVALID_ARGUMENT"),
        (NotFoundError("m", code="c", field="order_id", hint="h"), "NOT_FOUND"),
        (ConflictError("m"), "FAILED_PRECONDITION"),
        (UnavailableError("m", retry_after=2.5), "UNAVAILABLE"),
        (UnauthenticatedError("m"), "UNAUTHENTICATED"),
        (DeniedError("m", field="plant"), "PERMISSION_DENIED"),
    ],
)
async def test_the_family_crosses_the_wire(error: DomainError, status: str) -> None:
    assert (await raw_refusal(raising(error))).code().name == status
    caught = await refusal(raising(error))
    assert type(caught) is type(error)
    assert (str(caught), caught.code) == (str(error), error.code)
    assert (caught.field, caught.hint) == (error.field, error.hint)
    if isinstance(error, UnavailableError):
        assert isinstance(caught, UnavailableError)
        assert caught.retry_after == error.retry_after


async def test_a_stream_may_fail_in_its_middle() -> None:
    desk = raising(ConflictError("changed meanwhile"))
    async with served(desk) as server, calling(server) as stub:
        answers = stub.watch(GOOD)
        assert await anext(answers) == Position(n=0)
        with pytest.raises(ConflictError, match="changed meanwhile"):
            await anext(answers)


async def test_a_broken_rule_names_its_field_and_reaches_nobody() -> None:
    desk = Desk()
    error = await refusal(desk, SnapshotRequest(topic="", partition=-1))
    assert isinstance(error, InvalidError)
    assert (error.code, error.field) == ("invalid_request", "topic")
    raw = await raw_refusal(desk, SnapshotRequest(topic="", partition=-1))
    trailing: Any = raw.trailing_metadata()
    status = status_pb2.Status.FromString(dict(trailing)["grpc-status-details-bin"])
    bad, info = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo()
    assert [detail.Unpack(info) for detail in status.details] == [True, False]
    assert status.details[1].Unpack(bad)
    assert (info.domain, info.reason) == ("plantmesh", "invalid_request")
    assert [violation.field for violation in bad.field_violations] == ["topic", "partition"]
    assert [violation.reason for violation in bad.field_violations] == [
        "string.min_len",
        "int32.gte_lt",
    ]
    assert desk.asked == 0


async def test_a_bug_is_masked_and_logged_under_a_reference() -> None:
    secret = "password=hunter2 at 10.0.0.7"
    with capture_logs() as logs:
        raw = await raw_refusal(raising(RuntimeError(secret)))
        caught = await refusal(raising(RuntimeError(secret)))
    assert raw.code() is grpc.StatusCode.INTERNAL
    assert "hunter2" not in repr((raw.details(), raw.trailing_metadata()))
    assert "Traceback" not in repr(raw.trailing_metadata())
    assert type(caught) is DomainError
    assert caught.code == "internal"
    reference = re.search(r"[0-9a-f]{32}", caught.hint)
    assert reference is not None
    assert logs[-1]["reference"] == reference[0]
    assert secret in str(logs[-1]["exc_info"])


@pytest.mark.parametrize(
    ("error", "family", "code"),
    [
        (psycopg.errors.DeadlockDetected("a"), UnavailableError, "database_busy"),
        (psycopg.errors.LockNotAvailable("a"), UnavailableError, "database_busy"),
        (psycopg.OperationalError("10.0.0.7"), UnavailableError, "database_busy"),
        (psycopg.DataError("NUL"), InvalidError, "bad_value"),
    ],
)
async def test_the_database_speaks_through_the_family(
    error: Exception, family: type[DomainError], code: str
) -> None:
    caught = await refusal(raising(error))
    assert (type(caught), caught.code) == (family, code)
    assert "10.0.0.7" not in str(caught)


async def test_what_no_database_keeps_is_named_by_its_place() -> None:
    desk = Desk()

    async def keep(_: SnapshotRequest) -> Position:
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    desk.answer = keep
    async with served(desk) as server, calling(server) as stub:
        with pytest.raises(InvalidError) as caught:
            await stub.ask(SnapshotRequest(topic="plantmesh\0test", partition=1))
    assert (caught.value.code, caught.value.field) == ("bad_value", "topic")
    assert "NUL" in caught.value.hint


async def test_an_oversized_message_is_refused_both_ways() -> None:
    desk = Desk()
    large = SnapshotRequest(topic="x" * 5_000_000)
    async with served(desk) as server:
        async with calling(server) as stub:
            with pytest.raises(InvalidError) as caught:
                await stub.ask(large)
            assert caught.value.code == "too_large"
        async with calling_raw(server) as stub:
            with pytest.raises(grpc.aio.AioRpcError) as raw:
                await stub.ask(large, timeout=5, metadata=bearer(mint()))
            assert raw.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert desk.asked == 0


@pytest.mark.parametrize(
    ("token", "family", "code"),
    [
        (mint(), InvalidError, "malformed_message"),
        ("forged", UnauthenticatedError, "bad_token"),
    ],
)
async def test_bytes_that_are_no_message_are_refused_as_any_bad_input(
    token: str, family: type[DomainError], code: str
) -> None:
    desk = Desk()
    async with served(desk) as server, calling_raw(server) as stub:
        terms = {"timeout": 5, "metadata": bearer(token)}
        for ask in (stub.ask_anything(JUNK, **terms), stub.watch_anything(JUNK, **terms).read()):
            with pytest.raises(grpc.aio.AioRpcError) as raw:
                await ask
            error = read_error(raw.value, "Ask")
            assert (type(error), error.code) == (family, code)
            assert "Error parsing" not in str(raw.value.details())
    assert desk.asked == 0
