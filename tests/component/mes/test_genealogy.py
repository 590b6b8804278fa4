"""Traces against brute force, and the rebuild against the live projection, on random DAGs."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.mes.application import trace as tracing
from services.mes.application.rebuild_genealogy import rebuild_genealogy
from services.mes.application.trace import Start, Wish, trace, trace_lots
from services.mes.domain.confirmation import Consumption
from services.mes.domain.genealogy import Cause, Direction, Edge, Link, Paths, Record
from services.mes.domain.keys import LotKey
from services.mes.ports import Books
from tests.component.mes.floor import Floor, open_floor
from tests.unit.mes.conservation import MOVES, Move, play
from tests.unit.mes.memory_genealogy import reach
from tests.unit.mes.reports import AT, kg, lot_key, order_key, plan, report
from tests.unit.mes.use_cases import confirm, create, edges, void

Pairs = set[tuple[int, int]]
PAIRS = st.sets(
    st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda pair: pair[0] < pair[1]),
    min_size=1,
    max_size=25,
)
DEEP = PAIRS.map(lambda pairs: pairs | {(n, n + 1) for n in range(9)})
"""Nine levels, and whatever else."""
DIAMOND = {(0, 1), (0, 2), (1, 3), (2, 3), (3, 4)}
RUNS = count()
QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def links(pairs: Pairs) -> Iterator[Edge]:
    """Lot n is called X/n; every pair has an order of its own."""
    for source, target in sorted(pairs):
        key = order_key(f"{source}-{target}")
        yield Edge(Link(lot_key(f"X/{source}"), lot_key(f"X/{target}"), key), None)


def record(edge: Edge) -> Record:
    """Of an event of its own."""
    return Record(edge, Cause(edge.link.order.order_no, AT))


@pytest.fixture(autouse=True)
def _families_of_four_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "AT_ONCE", 4)


@QUICK
@example(DIAMOND, {0}, Direction.FORWARD, {(0, 1)})
@example(DIAMOND, {4}, Direction.BACKWARD, {(0, 1), (0, 2)})
@given(
    st.one_of(PAIRS, DEEP),
    st.sets(st.integers(0, 9), min_size=1, max_size=3),
    st.sampled_from(Direction),
    PAIRS,
)
def test_a_trace_equals_brute_force(
    database: str, pairs: Pairs, start: set[int], direction: Direction, void_ones: Pairs
) -> None:
    asyncio.run(
        on_a_floor(database, lambda floor: compare(floor, pairs, start, direction, void_ones))
    )


async def compare(
    floor: Floor, pairs: Pairs, start: set[int], direction: Direction, void_ones: Pairs
) -> None:
    """A genealogy of these pairs alone; with a circle closed behind everybody's back; then without
    the void ones.
    """
    wanted = {lot_key(f"X/{n}") for n in start}
    given_edges = list(links(pairs))
    first = given_edges[0].link
    closing = Edge(Link(first.target, first.source, order_key()), None)
    await floor.forget_genealogy()
    async with floor.work() as books:
        await books.lots.open({lot_key(f"X/{n}") for n in range(10)})
        await books.genealogy.add([record(edge) for edge in given_edges])
        reached = await everything(books, [*wanted, lot_key("NO/ONE")], direction)
        assert reached == reach(given_edges, wanted, direction)
        assert await books.genealogy.among(reached) == [
            edge for edge in given_edges if {edge.link.source, edge.link.target} <= reached
        ]
        starts = [Start(lot) for lot in sorted(wanted)]
        for one in await trace_lots(books, starts, Wish(direction, 1000, levels=True)):
            found = [lot.key for lot in one.lots]
            assert len(found) == len(set(found)) == one.total
            assert set(found) == reach(given_edges, {one.lot}, direction)
        assert await books.genealogy.circular([edge.link for edge in given_edges]) is None
        await books.genealogy.add([record(closing)])
        assert await books.genealogy.circular([closing.link]) == closing.link
        around = await everything(books, list(wanted), direction)
        assert around == reach([*given_edges, closing], wanted, direction)
        gone = [record(edge) for edge in links(pairs & void_ones)]
        await books.genealogy.strike([*gone, record(closing)], "void")
        left = list(links(pairs - void_ones))
        paths = Paths(edge.link.ends(direction) for edge in left)
        starts = [Start(lot) for lot in sorted(wanted)]
        for one in await trace_lots(books, starts, Wish(direction, 1000, levels=True)):
            level = dict(zip((lot.key for lot in one.lots), one.levels, strict=True))
            assert level == paths.walk(one.lot)
            assert level.keys() == reach(left, {one.lot}, direction)
        for one in await trace_lots(books, starts, Wish(direction, 3, nearest=True)):
            level = paths.walk(one.lot)
            assert [level[lot.key] for lot in one.lots] == one.levels
            assert one.levels == sorted(level.values())[:4]


async def everything(books: Books, start: list[LotKey], direction: Direction) -> set[LotKey]:
    """The keys of all that is reached."""
    return {lot.key for lot in (await trace(books, start, direction)).lots}


async def on_a_floor(database: str, act: Any) -> None:
    """In a loop of its own, as hypothesis wants it."""
    async with open_floor(database) as floor:
        result: Coroutine[Any, Any, None] = act(floor)
        await result


@settings(QUICK, max_examples=5)
@given(PAIRS, st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)))
def test_a_rebuild_equals_what_was_booked_live(
    database: str, pairs: Pairs, loose: set[int], void_ones: set[int]
) -> None:
    asyncio.run(
        on_a_floor(database, lambda floor: book_and_rebuild(floor, pairs, loose, void_ones))
    )


async def book_and_rebuild(
    floor: Floor, pairs: Pairs, loose: set[int], void_ones: set[int]
) -> None:
    """Every lot has an order; those of `loose` consume without naming the lot.

    What `void_ones` consumed is declared void at the end.
    """
    run = next(RUNS)
    targets = sorted({target for _, target in pairs})
    await create(floor, *(plan(f"{run}/{n}", item_no=f"{run}") for n in targets))
    for n in targets:
        used = tuple((f"{run}/{run}.{source}", "1") for source, target in pairs if target == n)
        apart = n in loose
        await confirm(
            floor,
            report(
                f"{run}/{n}/in",
                "0",
                order_no=f"{run}/{n}",
                lot="" if apart else f"{run}.{n}",
                consumed=used,
            ),
            report(f"{run}/{n}/out", order_no=f"{run}/{n}", lot=f"{run}.{n}"),
        )
    live = await edges(floor)
    assert {one[:2] for one in live if one[0].startswith(f"{run}.")} == {
        (f"{run}.{source}", f"{run}.{target}") for source, target in pairs
    }
    await void(floor, *(f"{run}/{n}/in" for n in targets if n in void_ones))
    left = await edges(floor)
    assert {one[:2] for one in left if one[0].startswith(f"{run}.")} == {
        (f"{run}.{source}", f"{run}.{target}")
        for source, target in pairs
        if target not in void_ones
    }
    async with floor.work() as books:
        await rebuild_genealogy(books)
    assert await edges(floor) == left
    await floor.forget_genealogy()
    async with floor.work() as books:
        await rebuild_genealogy(books)
    assert await edges(floor) == left


@settings(QUICK, max_examples=4)
@given(MOVES)
def test_nothing_appears_or_gets_lost(database: str, moves: list[Move]) -> None:
    asyncio.run(on_a_floor(database, lambda floor: play(floor, moves)))


async def test_a_trace_is_told_where_a_link_adds_up_to_more_than_a_quantity_holds(
    floor: Floor,
) -> None:
    """Consumed, returned, consumed again: how much went through is not known then."""
    await create(floor, plan())
    much = "900000000000000000"
    again = report("back", "0", lot="")
    for one in (
        report("a", consumed=(("FLOUR/F1", much),)),
        replace(again, returned=(Consumption("FLOUR", "F1", kg(much)),)),
        report("b", consumed=(("FLOUR/F1", much),)),
    ):
        await confirm(floor, one)
    assert await edges(floor) == [("F1", "L1", "?")]
