"""The recount of a shift: what was confirmed and counted has happened once, in order, or waits."""

import sys
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, LiteralString

from tests.faults.checker import check
from tests.flows.money import is_booked
from tests.flows.owners import Books
from tests.flows.pairs import EVERY
from tests.flows.plant import HEAT, OPENING, Plant
from tests.flows.press import PRESS
from tests.flows.press import STEEL as PRESSED
from tests.flows.shift import GOOD, STEEL, Shift
from tests.shopfloor import MADE, USED, booked
from tests.waiting import until

_OPEN: LiteralString = (
    "SELECT (SELECT count(*) FROM fact WHERE state <> 'done')"
    " + (SELECT count(*) FROM effect WHERE state <> 'done'"
    "    OR (at = 'erp' AND posting <> 'posted'))"
)


async def agrees(plant: Plant, books: Books, shift: Shift) -> None:
    """Press, ledger, warehouse and books say the same; raises AssertionError where they differ."""
    await the_press_is_counted(books, shift)
    await the_ledger_agrees(plant, books, shift)
    await the_warehouse_agrees(plant, shift)
    await nothing_is_left(books, shift)


async def carried_out(books: Books, shift: Shift, seconds: float = 120.0) -> None:
    """Every report and decision is with process, every effect with its peer and in the ERP.

    Raises AssertionError with what is missing when that takes too long.
    """
    missing: dict[str, object] = {}

    async def nothing_is_missing() -> bool:
        [(effects,)] = await rows(books, "process", "SELECT count(*) FROM effect WHERE at = 'erp'")
        [(missing["open in process"],)] = await rows(books, "process", _OPEN)
        counted = (await looks_booked(books)).values()
        expected = shift.confirmed.total() + shift.accepted.total() + sum(n for n, _ in counted)
        missing["kg not counted"] = shift.press.good.total() - sum(good for _, good in counted)
        missing["effects"] = expected - effects
        return not any(missing.values())

    try:
        await until(nothing_is_missing, seconds)
    except AssertionError as error:
        missing["uncounted"] = await rows(books, "mes", "SELECT code, reason FROM uncounted")
        for service in EVERY:
            parked = await rows(books, service, "SELECT key, reason FROM parked_key")
            missing[f"parked in {service}"] = parked
        raise AssertionError(missing) from error


async def looks_booked(books: Books) -> dict[str, tuple[int, Decimal]]:
    """By order, the press's confirmations that used something (each is a posting), and its yield.

    One look may become two: what was used in the first, what was made in the second.
    """
    query: LiteralString = (
        "SELECT c.order_no, count(u.no), sum(c.good) FROM confirmation c"
        " LEFT JOIN (SELECT DISTINCT plant, order_no, no FROM consumption) u"
        " USING (plant, order_no, no) WHERE c.equipment <> '' GROUP BY 1"
    )
    return {order: (looks, good) for order, looks, good in await rows(books, "mes", query)}


async def the_press_is_counted(books: Books, shift: Shift) -> None:
    """Each order got what the press made for it, and nothing waits for a person."""
    counted = await looks_booked(books)
    assert {order: good for order, (_, good) in counted.items()} == shift.press.good
    assert await rows(books, "mes", "SELECT counter, code, reason FROM uncounted") == []
    shown = await shift.plant.look(PRESS)
    assert shown
    readings = {one.counter: Decimal(one.reading.value) for one in shown.counters}
    assert readings["good"] == shift.press.good.total()


async def the_ledger_agrees(plant: Plant, books: Books, shift: Shift) -> None:
    """The lane accepted what was confirmed, in its order; the journal is its faithful copy."""
    lanes: dict[str, list[str]] = defaultdict(list)
    for status in await plant.desk.statuses([*shift.orders, *shift.press.orders]):
        lanes[status.posting.order.order_no].append(status.posting.reference)
    for order in shift.orders:
        whole, freed = shift.confirmed[order], shift.accepted[order]
        assert numbers(lanes[order], "consumption") == list(range(1, whole + 1))
        assert numbers(lanes[order], "yield") == list(range(1, freed + 1))
        assert len(lanes[order]) == whole + freed
    for order, (looks, _) in (await looks_booked(books)).items():
        assert numbers(lanes[order], "consumption") == list(range(1, looks + 1))
    verdict = check(lanes, booked(plant.place.journal))
    say(str(verdict))
    assert verdict.ok, verdict


async def the_warehouse_agrees(plant: Plant, shift: Shift) -> None:
    """Freed yield is free, the rest is with quality, and the steel that went in is gone."""
    pressed = shift.press.good
    made = await plant.balances(MADE, [f"L-{order}" for order in (*shift.orders, *pressed)])
    expected = {(f"L-{order}", "quality"): good for order, good in pressed.items()} | {
        (f"L-{order}", status): GOOD * count
        for order in shift.orders
        for status, count in (
            ("unrestricted", shift.accepted[order]),
            ("quality", shift.confirmed[order] - shift.accepted[order]),
        )
        if count
    }
    assert made == expected
    left = OPENING - STEEL * shift.confirmed.total() - PRESSED * pressed.total()
    assert await plant.balances(USED, [HEAT]) == {(HEAT, "unrestricted"): left}
    await until(lambda: is_booked(plant))


async def nothing_is_left(books: Books, shift: Shift) -> None:
    """Only yields wait, as rows; nothing is parked, in doubt or unsent."""
    [(waiting,)] = await rows(books, "process", "SELECT sum(waiting) FROM output")
    reported = GOOD * (shift.confirmed.total() - shift.accepted.total())
    assert waiting == reported + shift.press.good.total()
    [(doubts,)] = await rows(books, "erp", "SELECT count(*) FROM lane_exception")
    assert not doubts
    for service in EVERY:
        assert await rows(books, service, "SELECT key, reason FROM parked_key") == []


def numbers(references: Sequence[str], kind: str) -> list[int]:
    """Confirmation numbers of the postings of a kind, as they stand."""
    parts = [reference.split("/") for reference in references]
    return [int(part[2]) for part in parts if part[3] == kind]


async def rows(books: Books, service: str, query: LiteralString) -> list[tuple[Any, ...]]:
    """From a service's database."""
    return await (await books[service].execute(query)).fetchall()


def say(line: str) -> None:
    """For whoever watches."""
    sys.stdout.write(f"{line}\n")
