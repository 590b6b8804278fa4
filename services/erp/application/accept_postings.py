"""Use case: postings are accepted for the ERP, all or none."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from services.erp.domain.hold import held
from services.erp.domain.keys import LotKey, OrderKey
from services.erp.domain.order import Lifecycle, ProductionOrder
from services.erp.domain.posting import Kind, Posting
from services.erp.ports import Books, PostingRecord
from services.kit.clock import business_date
from services.kit.errors import ConflictError, InvalidError, NotFoundError, located

_NOT_OPEN = (Lifecycle.PLANNED, Lifecycle.CANCELLED)


async def accept_postings(books: Books, postings: Sequence[Posting]) -> list[PostingRecord]:
    """Queue each for the ERP of its plant; what is of a held lot stands aside until release.

    A reference accepted before is answered as it stands; the end of an order of which its ERP needs
    not hear, as skipped. Raises NotFoundError, InvalidError or ConflictError naming `postings[i]`
    and what is wrong with it.
    """
    orders = await books.orders.get_many({posting.order for posting in postings})
    reasons = held(await books.holds.lock(_lots(postings)))
    systems: dict[str, str] = {}
    declined: dict[tuple[str, str], PostingRecord] = {}
    for index, posting in enumerate(postings):
        place = f"postings[{index}]"
        order = _order_of(posting, orders, place)
        systems[posting.order.plant] = system = await _system_of(books, order, place)
        await _check_reversal(books, system, posting, place)
        with located(f"{place}.order"):
            dated = await _dated(books, posting)
        if why := await _needless(books, order, posting):
            record = await books.postings.decline(system, dated, why)
            declined[system, posting.reference] = record
        else:
            await books.postings.accept(system, dated, aside=_aside(posting, reasons))
    return await _records(books, systems, postings, declined)


async def _needless(books: Books, order: ProductionOrder, posting: Posting) -> str:
    """Why an ERP needs not be told that an order has ended; "" where it is told."""
    if posting.kind is not Kind.CLOSE:
        return ""
    if order.status.lifecycle is Lifecycle.CLOSED:
        known = await books.postings.by_reference(order.system, [posting.reference])
        return "" if known else f"order {order.key} is closed there"
    return "" if await books.systems.closes(order.key.plant) else "its own users close orders there"


def _lots(postings: Collection[Posting]) -> set[LotKey]:
    return {lot for posting in postings for lot in posting.lots}


def _aside(posting: Posting, reasons: Mapping[LotKey, str]) -> str:
    return "; ".join(
        f"{lot.lot_no} {reasons[lot]}" for lot in sorted(posting.lots & reasons.keys())
    )


def _order_of(
    posting: Posting, orders: Mapping[OrderKey, ProductionOrder], place: str
) -> ProductionOrder:
    order = orders.get(posting.order)
    if order is None:
        raise NotFoundError(
            f"no order {posting.order}",
            code="unknown_order",
            field=f"{place}.order.order_no",
            hint="it may not have come from the ERP yet; ask again later",
        )
    if order.status.lifecycle in _NOT_OPEN:
        raise ConflictError(
            f"order {posting.order} is {order.status.lifecycle}",
            code="order_not_open",
            field=f"{place}.order.order_no",
            hint="the ERP must release it first",
        )
    if posting.kind is Kind.YIELD:
        _check_item(posting, order, place)
    return order


def _check_item(posting: Posting, order: ProductionOrder, place: str) -> None:
    for index, line in enumerate(posting.lines):
        if line.item_no != order.item_no:
            raise InvalidError(
                f"order {order.key} makes {order.item_no}, not {line.item_no}",
                code="item_not_of_order",
                field=f"{place}.lines[{index}].item_no",
            )


async def _system_of(books: Books, order: ProductionOrder, place: str) -> str:
    system = await books.systems.of_plant(order.key.plant)
    if system != order.system:
        raise ConflictError(
            f"order {order.key} is in {order.system}, and its plant is now served by {system}",
            code="order_of_another_system",
            field=f"{place}.order",
            hint="finish it in its own ERP",
        )
    return system


async def _check_reversal(books: Books, system: str, posting: Posting, place: str) -> None:
    if posting.kind is not Kind.REVERSAL:
        return
    known = (await books.postings.by_reference(system, [posting.reverses])).get(posting.reverses)
    if known is None or known.order != posting.order:
        raise NotFoundError(
            f"order {posting.order} has no posting {posting.reverses}",
            code="unknown_reference",
            field=f"{place}.reverses",
        )


async def _dated(books: Books, posting: Posting) -> Posting:
    zone = await books.plants.zone(posting.order.plant)
    return replace(posting, business_date=business_date(posting.occurred_at, zone))


async def _records(
    books: Books,
    systems: Mapping[str, str],
    postings: Sequence[Posting],
    found: dict[tuple[str, str], PostingRecord],
) -> list[PostingRecord]:
    for system in sorted(set(systems.values())):
        mine = [p.reference for p in postings if systems[p.order.plant] == system]
        records = await books.postings.by_reference(system, mine)
        found |= {(system, reference): record for reference, record in records.items()}
    return [found[systems[p.order.plant], p.reference] for p in postings]
