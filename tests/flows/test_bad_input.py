"""Bad input to a running platform: refused with a type and a name, and no table knows of it."""

import asyncio
import pkgutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any, NamedTuple

import grpc
import psycopg
import pytest

from services.kit.ids import GraphId, join_key
from services.kit.rpc.errors import read_error
from services.kit.rpc.terms import LARGEST_MESSAGE
from tests.flows.plant import SERVICES, Plant, running
from tests.servers import scratch_folder
from tests.shopfloor import MADE, PLANT
from tests.waiting import until
from tests.web.rig import Gateway
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.restore.tables import HOUSEKEEPING

pytestmark = pytest.mark.flow

ALL = (*SERVICES, "telemetry")
NUMBER = "4711"
ORDER = GraphId("Order", PLANT, NUMBER).encode()
ELSEWHERE = GraphId("Order", "oslo", NUMBER).encode()
NOBODY = GraphId("Order", PLANT, "nobody").encode()
LOT = GraphId("Lot", PLANT, join_key(MADE, f"L-{NUMBER}")).encode()
TOO_MUCH = b"\x0a" * (LARGEST_MESSAGE + 1)
PARTS = (
    "commercial { asOf } postings { state } execution { asOf } lots { id } flow { asOf }"
    " inspections { inspectionNo } holds { holdNo } stock { status }"
)


class Case(NamedTuple):
    """A question, and what is wrong with it: `field` names it."""

    query: str
    code: str
    field: str
    variables: dict[str, Any]


def order(id: str, code: str, field: str = "id") -> Case:
    return Case(f"query($id: ID!) {{ order(id: $id) {{ {PARTS} }} }}", code, field, {"id": id})


def page(of: str, code: str, field: str, **variables: Any) -> Case:
    query = f"""query($plant: String!, $first: Int! = 50, $after: String) {{
      {of}(plant: $plant, first: $first, after: $after) {{ pageInfo {{ hasNextPage }} }} }}"""
    return Case(query, code, field, {"plant": PLANT, **variables})


def trace(first: int, code: str, field: str) -> Case:
    query = """query($id: ID!, $first: Int!) { lot(id: $id) {
      trace(direction: BACKWARD, first: $first) { __typename } } }"""
    return Case(query, code, field, {"id": LOT, "first": first})


def half_a_lot() -> Case:
    query = "query($id: ID!) { lot(id: $id) { identity { lotNo } } }"
    return Case(query, "bad_id", "id", {"id": GraphId("Lot", PLANT, MADE).encode()})


LISTS = ("orders", "lots", "inspections", "stock")
OF_ANYBODY = [
    order("zzz", "BAD_ID"),
    order(LOT, "BAD_ID"),
    half_a_lot(),
    Case("query($id: ID!) { order(id: $id) { id } }", "bad_variable", "id", {"id": []}),
    *(page(one, "page_size", "first", first=201) for one in LISTS),
    *(page(one, "page_size", "first", first=0) for one in LISTS),
    *(page(one, "bad_cursor", "after", after="zzz") for one in LISTS),
    *(page(one, "bad_variable", "first", first="many") for one in LISTS),
    trace(100_000, "page_size", "first"),
]  # fmt: skip
OF_LYON_ALONE = [
    order(ELSEWHERE, "foreign_plant"),
    *(page(one, "foreign_plant", "plant", plant="oslo") for one in LISTS),
]


@pytest.fixture
async def plant() -> AsyncIterator[Plant]:
    """Everything, with one order confirmed and nothing under way any more."""
    with scratch_folder() as root:
        async with running(root, {}, services=ALL) as plant:
            await plant.open([NUMBER])
            await plant.confirm(NUMBER, 1)
            await until(lambda: _quiet(plant))
            yield plant


Tables = dict[tuple[str, str], list[str]]


async def test_bad_input_is_refused_by_name_and_changes_nothing(plant: Plant) -> None:
    program = await plant.mesh.open_gateway()
    gateway = Gateway(program, _token(plant, "viewer"))
    before = await _tables(plant)
    wrong = [miss for case in OF_ANYBODY async for miss in _misses(gateway, case)]
    local = Gateway(program, _token(plant, "viewer", plants=(PLANT,)))
    wrong += [miss for case in OF_LYON_ALONE async for miss in _misses(local, case)]
    assert wrong == []
    await _nobody_is_told(gateway, plant)
    await _an_unknown_order_has_no_parts(gateway)
    assert await _refused_calls(plant) > 150
    assert _changed(before, await _tables(plant)) == set()
    await plant.confirm(NUMBER, 2)
    assert ("mes", "confirmation") in _changed(before, await _tables(plant))


async def _misses(gateway: Gateway, case: Case) -> AsyncIterator[str]:
    """What is not as it should be about the answer."""
    answer = await gateway.ask(case.query, **case.variables)
    told = [error["extensions"] for error in answer.body.get("errors", ())]
    named = {(one["code"], one.get("field")) for one in told}
    # The gateway's stub refuses an id before a service is asked, as the services do.
    if {(code.lower(), field) for code, field in named} != {(case.code.lower(), case.field)}:
        yield f"{case}: {answer.text}"
    if answer.data is not None and any(_leaves(answer.data)):
        yield f"{case} is answered: {answer.text}"
    if any(word in answer.text for word in ("Traceback", LOOPBACK, "psycopg", "INTERNAL")):
        yield f"{case} tells too much: {answer.text}"


def _leaves(value: Any) -> Iterator[object]:
    """Everything that was answered, but the id that was asked for."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from () if name == "id" else _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif value is not None:
        yield value


async def _nobody_is_told(gateway: Gateway, plant: Plant) -> None:
    """Without a token of our issuer that is still good."""
    asked = order(ORDER, "", "")
    head, claims, signature = gateway.token.split(".")
    for token, code in (
        ("", "token_required"),
        (f"{head}.{claims}.{'A' * len(signature)}", "bad_token"),
        (_token(plant, "viewer", minutes_ago=60), "token_expired"),
    ):
        answer = await gateway.ask(asked.query, token=token, **asked.variables)
        assert (answer.status, answer.codes, answer.data) == (401, {code}, None)


async def _an_unknown_order_has_no_parts(gateway: Gateway) -> None:
    """The stub knows no existence: an id that names nothing has nothing, and is no error."""
    answer = await gateway.ask(order(NOBODY, "", "").query, id=NOBODY)
    assert "errors" not in answer.body
    assert not any(_leaves(answer.data))


async def _refused_calls(plant: Plant) -> int:
    """Every method of every service, with bytes that are no message, of nobody, or too many."""
    good = _token(plant, "operator")
    bad: list[tuple[str, bytes, str]] = [
        (good, b"\xff\xff", "malformed_message"),
        ("", b"", "token_required"),
        (f"{good[:-40]}{'A' * 40}", b"", "bad_token"),
        (_token(plant, "operator", minutes_ago=60), b"", "token_expired"),
    ]
    refused = 0
    for service in ALL:
        target = f"{LOOPBACK}:{plant.mesh.program(service).port('grpc')}"
        async with grpc.aio.insecure_channel(target) as channel:
            methods = list(_methods(service))
            assert await _code(channel, methods[0], good, TOO_MUCH) == "too_large"
            for method in methods:
                for token, request, code in bad:
                    assert await _code(channel, method, token, request) == code, method
                    refused += 1
    return refused


async def _code(channel: grpc.aio.Channel, method: str, token: str, request: bytes) -> str:
    """Of the refusal; a stream that is asked for as one answer is refused as early."""
    ask: Any = channel.unary_unary(method, bytes, bytes)
    signed = (("authorization", f"Bearer {token}"),) if token else ()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await ask(request, timeout=5, metadata=signed)
    return read_error(refused.value, method).code


def _methods(service: str) -> Iterator[str]:
    """Of the service's own protos, and the operators' desk that every service has."""
    package = import_module(f"plantmesh.{service}.v1")
    own = [f"plantmesh.{service}.v1.{each.name}" for each in pkgutil.iter_modules(package.__path__)]
    for name in (*own, "plantmesh.ops.v1.desk_pb2"):
        if name.endswith("_pb2"):
            for each in import_module(name).DESCRIPTOR.services_by_name.values():
                yield from (f"/{each.full_name}/{method.name}" for method in each.methods)


def _token(
    plant: Plant, user: str, *, plants: tuple[str, ...] = ("*",), minutes_ago: float = 0
) -> str:
    bearer = replace(USERS[user], plants=plants)
    start = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    return plant.mesh.issuer.signer.mint(bearer, now=start)


async def _quiet(plant: Plant) -> bool:
    """Whether the consumption is posted, and for a second nothing changed anywhere."""
    states = [status.document for status in await plant.desk.statuses([NUMBER])]
    if not states or not all(states):
        return False
    before = await _tables(plant)
    await asyncio.sleep(1)
    return not _changed(before, await _tables(plant))


def _changed(before: Tables, after: Tables) -> set[tuple[str, str]]:
    """(service, table) of every difference."""
    return {name for name in before | after if before.get(name) != after.get(name)}


async def _tables(plant: Plant) -> Tables:
    """Every row of every table that holds business."""
    found: Tables = {}
    for service, url in plant.mesh.databases.items():
        async with await psycopg.AsyncConnection.connect(url) as connection:
            named = await connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
            for (table,) in await named.fetchall():
                if table not in HOUSEKEEPING:
                    query = f"SELECT t::text FROM {table} t ORDER BY 1"
                    rows = await (await connection.execute(query)).fetchall()
                    found[service, table] = [row for (row,) in rows]
    return found
