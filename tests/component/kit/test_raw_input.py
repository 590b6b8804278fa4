"""Raw input outlives its mapping: kept first, mapped once, mapped again after a mend."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from services.kit import raw_input
from services.kit.errors import InvalidError, UnavailableError
from services.kit.migrate import migrate
from services.kit.raw_input import Ignored, Input, RawInput, Stage, process, receive, replay
from services.kit.store import Row, Store, Work
from tests.servers import PostgresServer

with_kit = partial(migrate, "kit")


@pytest.fixture
async def store(postgres: PostgresServer) -> AsyncIterator[Store]:
    dsn = postgres.dsn("raw", prepared_by=with_kit)
    store = Store(dsn)
    async with store.work() as work:
        await work.sql("CREATE TABLE business (what text)")
    yield store
    await store.close()
    postgres.drop(dsn)


def order(content: bytes, id: str = "4711") -> Input:
    return Input("erp-1", "order", id, content)


async def mapper(work: Work, raw: RawInput) -> None:
    await work.sql("INSERT INTO business VALUES (%s)", (raw.content.decode(),))
    if raw.content == b"bad":
        raise InvalidError("no such unit", code="unknown_unit", field="unit")
    if raw.content == b"boring":
        raise Ignored("another plant's")
    if raw.content == b"early":
        raise UnavailableError("reference is away")


async def mended(work: Work, raw: RawInput) -> None:
    await work.sql("INSERT INTO business VALUES (%s)", (raw.content.decode(),))


async def ask(store: Store, query: str) -> list[Row]:
    async with store.work() as work:
        return await work.sql(query)


async def test_mapped_once(store: Store) -> None:
    [raw] = await receive(store, [order(b"good")])
    assert await process(store, raw, mapper, "v1") is Stage.MAPPED
    assert await process(store, raw, mapper, "v1") is Stage.MAPPED
    assert await ask(store, "SELECT what FROM business") == [("good",)]
    assert await ask(store, "SELECT state, mapping_version FROM raw_input") == [("mapped", "v1")]


async def test_repeat_is_the_first_one_again(store: Store) -> None:
    [first] = await receive(store, [order(b"good")])
    again, other = await receive(store, [order(b"good"), order(b"changed")])
    assert (first.repeated, again.repeated, other.repeated) == (False, True, False)
    assert again.id == first.id != other.id


async def test_bad_input_leaves_its_reason_and_no_trace_in_business(store: Store) -> None:
    [raw] = await receive(store, [order(b"bad")])
    with pytest.raises(InvalidError):
        await process(store, raw, mapper, "v1")
    assert await ask(store, "SELECT what FROM business") == []
    assert await ask(store, "SELECT state, reason, code, field FROM raw_input") == [
        ("failed", "no such unit", "unknown_unit", "unit")
    ]


@pytest.mark.parametrize(("content", "table"), [(b"a\0b", "text"), (b"9" * 99, "integer")])
async def test_what_fits_no_column_is_refused_like_any_other_bad_input(
    content: bytes, table: str, store: Store
) -> None:
    async with store.work() as work:
        await work.sql("DROP TABLE business")
        await work.sql(f"CREATE TABLE business (what {table})")
    [raw] = await receive(store, [order(content)])
    with pytest.raises(InvalidError, match="does not fit"):
        await process(store, raw, mended, "v1")
    assert await ask(store, "SELECT state, code FROM raw_input") == [("failed", "bad_value")]


async def test_mended_mapping_replays_what_failed(store: Store) -> None:
    raws = await receive(store, [order(content) for content in (b"bad", b"good", b"boring")])
    for raw in raws[1:]:
        await process(store, raw, mapper, "v1")
    assert (await replay(store, "erp-1", "order", mapper, "v1"))[Stage.FAILED] == 1
    assert (await replay(store, "erp-1", "order", mended, "v2"))[Stage.MAPPED] == 1
    assert await ask(store, "SELECT state, mapping_version FROM raw_input ORDER BY id") == [
        ("mapped", "v2"),
        ("mapped", "v1"),
        ("ignored", "v1"),
    ]


async def test_outage_is_not_the_inputs_fault(store: Store) -> None:
    [raw] = await receive(store, [order(b"early")])
    with pytest.raises(UnavailableError):
        await process(store, raw, mapper, "v1")
    assert await ask(store, "SELECT state FROM raw_input") == [("received",)]


async def test_oversized_input_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_input, "MAX_BYTES", 3)
    with pytest.raises(InvalidError) as refused:
        await receive(store, [order(b"fine"[:3]), order(b"four")])
    assert (refused.value.code, refused.value.field) == ("too_large", "content")
    assert await ask(store, "SELECT count(*) FROM raw_input") == [(0,)]


async def test_input_without_an_id_is_refused(store: Store) -> None:
    with pytest.raises(InvalidError) as refused:
        await receive(store, [order(b"x", id="")])
    assert refused.value.field == "external_id"
