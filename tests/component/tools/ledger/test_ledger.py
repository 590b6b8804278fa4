"""The ledger keeps what it said, whatever happens to its process."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest

from tests.servers import scratch_folder
from tools.mesh.program import Program
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.faults import Fault
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Item, Line, Order, Posting
from tools.simulators.ledger.place import Place, declare

NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


def order(number: str) -> Order:
    return Order("lyon", number, "widget", Decimal(1000), "KGM", NOON, NOON)


def posting(reference: str, kind: str = "yield", reverses: str = "") -> Posting:
    lines = () if kind == "reversal" else (Line("widget", Decimal("2.5"), "KGM", "L-1"),)
    return Posting(reference, "lyon", "4711", kind, NOON.date(), lines, (), reverses)  # type: ignore[arg-type]


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as root:
        yield root


@pytest.fixture
def program(folder: Path) -> Iterator[Program]:
    [program] = declare(folder / "ledger").programs(folder)
    program.start()
    yield program
    program.kill()


@pytest.fixture
def place(folder: Path) -> Place:
    return Place(folder / "ledger")


@pytest.fixture
async def ledger(program: Program, place: Place) -> AsyncIterator[Client]:
    async with Client(program, place) as client:
        await client.keep(Item("widget", "KGM"))
        await client.release(order("4711"))
        yield client


async def test_what_was_answered_survives_kill_9(
    program: Program, place: Place, ledger: Client
) -> None:
    answered = []

    async def keep_posting(worker: int) -> None:
        for number in range(1000):
            try:
                answered.append(await ledger.post(posting(f"{worker}/{number}")))
            except aiohttp.ClientError:
                return

    load = asyncio.gather(*(keep_posting(worker) for worker in range(4)))
    while len(answered) < 40:  # noqa: ASYNC110 - the load itself is what we wait for
        await asyncio.sleep(0.01)
    program.kill()
    await load
    kept = [document.number for document in documents(place.journal)]
    assert set(answered) <= set(kept)
    assert kept == [f"D{number}" for number in range(1, len(kept) + 1)]
    await asyncio.to_thread(program.start)
    assert await ledger.stock("lyon") == {("widget", "L-1"): str(Decimal("2.5") * len(kept))}


async def test_a_line_cut_by_a_death_is_no_document(
    program: Program, place: Place, ledger: Client
) -> None:
    await ledger.post(posting("first"))
    program.kill()
    with place.journal.open("ab") as journal:
        journal.write(b'{"paper":"document","number":"D2"')
    await asyncio.to_thread(program.start)
    assert await ledger.post(posting("second")) == "D2"
    assert [one.posting.reference for one in documents(place.journal)] == ["first", "second"]


async def test_what_was_promised_is_done_after_a_restart(
    program: Program, place: Place, ledger: Client
) -> None:
    await ledger.bring(Fault("asynchronous", count=1, seconds=3600))
    with pytest.raises(KeyError):
        await ledger.post(posting("later"))
    program.kill()
    assert documents(place.journal) == []
    await asyncio.to_thread(program.start)
    assert await ledger.post(posting("next")) == "D2"
    assert [one.posting.reference for one in documents(place.journal)] == ["later", "next"]


async def test_a_repeat_is_a_second_document_and_a_reversal_takes_one_back(
    ledger: Client,
) -> None:
    assert await ledger.post(posting("same")) == "D1"
    assert await ledger.post(posting("same")) == "D2"
    await ledger.post(posting("undo", "reversal", reverses="D1"))
    assert await ledger.stock("lyon") == {("widget", "L-1"): "2.5"}
    with pytest.raises(aiohttp.ClientResponseError, match="422"):
        await ledger.post(posting("undo again", "reversal", reverses="D1"))


async def test_nobody_gets_in_without_the_key(ledger: Client) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{ledger.url}/orders", headers={"Authorization": "Bearer x"}) as got,
    ):
        assert got.status == 401
