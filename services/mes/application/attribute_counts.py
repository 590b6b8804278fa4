"""Use case: a person says what it was that nobody could book, or that it was nothing of ours."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError, located
from services.kit.measures import ItemLot
from services.kit.paging import Cut, Listing, Page
from services.mes.application.confirm_operations import Result, confirm_operations
from services.mes.application.find import require_order
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.counting import Settlement, Uncounted, report
from services.mes.domain.keys import OrderKey
from services.mes.domain.look import Job
from services.mes.domain.order import WorkOrder
from services.mes.ports import Books


class Attribution(NamedTuple):
    """What one difference was counted for; without a job it is dismissed."""

    id: str
    job: Job | None
    reason: str = ""


async def attribute_counts(
    books: Books, plant: str, given: Sequence[Attribution], by: str
) -> list[Result]:
    """Book or dismiss each once, all or none; the confirmation of each that is booked, in order.

    Raises NotFoundError, ConflictError or InvalidError naming `attributions[i]` and the field.
    """
    known = await books.uncounted.get(plant, {one.id for one in given}, lock=True)
    orders = await books.orders.get({OrderKey(plant, one.job.order_no) for one in given if one.job})
    settled: dict[str, Uncounted] = {}
    reports: dict[int, Confirmation] = {}
    for place, one in enumerate(given):
        with located(f"attributions[{place}]"):
            row = _require(known, one)
            if row.settlement is None:
                settlement = Settlement(by, books.clock.now(), one.reason, one.job)
                settled[one.id] = known[one.id] = replace(row, settlement=settlement)
            if one.job:
                reports[place] = _report(orders, row, one.job)
    with _named_by(list(reports)):
        results = await confirm_operations(books, list(reports.values())) if reports else []
    await books.uncounted.settle(list(settled.values()))
    return results


async def goods_of(books: Books, plant: str, ids: Sequence[str]) -> dict[ItemLot, str]:
    """The materials consumed, each with the field that names it first."""
    known = await books.uncounted.get(plant, ids)
    found: dict[ItemLot, str] = {}
    for place, id in enumerate(ids):
        if id in known and (material := known[id].difference.reading.material).item_no:
            found.setdefault(ItemLot(*material), f"attributions[{place}].id")
    return found


def listing_of_uncounted(plant: str, *, settled: bool) -> Listing:
    """What a plant could not book, in the order in which it was counted."""
    return Listing(f"mes.uncounted/{plant}/{settled}", (int,))


async def list_uncounted(books: Books, plant: str, page: Page, *, settled: bool) -> Cut[Uncounted]:
    """One page of it."""
    rows = await books.uncounted.page(plant, page, settled=settled)
    return page.cut(rows, lambda row: (row.no,))


def _require(known: Mapping[str, Uncounted], wanted: Attribution) -> Uncounted:
    row = known.get(wanted.id)
    if row is None:
        raise NotFoundError(
            f"nothing uncounted is called {wanted.id}",
            code="unknown_difference",
            field="id",
            hint="list what is uncounted in the plant",
        )
    if wanted.job is None and not wanted.reason.strip():
        raise InvalidError(
            "what a machine counted is not dismissed without a reason",
            code="reason_required",
            field="reason",
            hint="say why; it is kept with your name",
        )
    if row.settlement and row.settlement.job != wanted.job:
        raise ConflictError(
            f"{wanted.id} was settled by {row.settlement.by} otherwise",
            code="already_settled",
            field="id",
            hint="what is booked is corrected by a reversal",
        )
    return row


def _report(orders: Mapping[OrderKey, WorkOrder], row: Uncounted, job: Job) -> Confirmation:
    key = OrderKey(row.difference.plant, job.order_no)
    unit = require_order(orders, key, field="job.order_no").plan.ordered.unit
    return report(row.difference.id, key, job.lot_no, unit, [row.difference])


_PART = re.compile(r"confirmations\[(\d+)\]\.?(.*)")
_SPOKEN = {"order": "job.order_no", "lot_no": "job.lot_no"}


@contextmanager
def _named_by(places: Sequence[int]) -> Iterator[None]:
    """What is refused of a confirmation names the attribution that it was made from."""
    try:
        yield
    except DomainError as error:
        error.field = _PART.sub(
            lambda part: f"attributions[{places[int(part[1])]}].{_SPOKEN.get(part[2], 'id')}",
            error.field,
        )
        raise
