"""Use case: which bill, routing and revision applies to an item, at a plant, on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.reference.application.surroundings import MADE
from services.reference.domain.bill import Bill
from services.reference.domain.change import revision_on
from services.reference.domain.names import by_key
from services.reference.domain.routing import Routing
from services.reference.domain.span import applying
from services.reference.ports import Books

V = TypeVar("V", Bill, Routing)


@dataclass(frozen=True, slots=True)
class Made:
    """An item at a plant on a business day; `alternative` "" = the first that applies."""

    plant: str
    item_no: str
    alternative: str
    on: date


@dataclass(frozen=True, slots=True)
class Effective:
    """What applies; None where nothing does."""

    made: Made
    bill: Bill | None
    routing: Routing | None
    revision: str


async def find_effective(books: Books, wanted: Sequence[Made]) -> list[Effective]:
    """In their order, without items nobody knows; four statements however many they are."""
    keys = {(one.plant, one.item_no) for one in wanted}
    item_nos = {one.item_no for one in wanted}
    items = by_key(await books.items.get({(item_no,) for item_no in item_nos}))
    bills = _by_item(await books.boms.get(keys, by=MADE))
    routings = _by_item(await books.routings.get(keys, by=MADE))
    changes = await books.changes.affecting(item_nos)
    return [
        Effective(
            one,
            applying(bills.get((one.plant, one.item_no), ()), one.alternative, one.on),
            applying(routings.get((one.plant, one.item_no), ()), one.alternative, one.on),
            revision_on(items[(one.item_no,)], changes, one.plant, one.on),
        )
        for one in wanted
        if (one.item_no,) in items
    ]


def _by_item(variants: Sequence[V]) -> dict[tuple[str, str], list[V]]:
    found: dict[tuple[str, str], list[V]] = {}
    for one in variants:
        found.setdefault((one.plant, one.item_no), []).append(one)
    return found
