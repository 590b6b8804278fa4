"""Use case: confirmations are taken back, each once and whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from services.kit.errors import ConflictError, NotFoundError, located
from services.mes.application.confirm_operations import Result
from services.mes.application.find import require_order
from services.mes.application.return_material import Balance, add
from services.mes.application.void_events import void_confirmations
from services.mes.domain.confirmation import Booked
from services.mes.domain.events import ConfirmationReversed
from services.mes.domain.keys import BookedKey, LotKey, OrderKey
from services.mes.domain.lot import Lot
from services.mes.domain.order import WorkOrder
from services.mes.domain.reversal import Reversal
from services.mes.domain.voiding import Void, VoidReason
from services.mes.ports import Books


class _Taken(NamedTuple):
    """At `position` in the batch, `booked` takes `before` back."""

    position: int
    booked: Booked
    before: Booked


async def reverse_confirmations(
    books: Books, reversals: Sequence[Reversal], by: str
) -> list[Result]:
    """Take them back in their order, all or none; a result for each.

    Raises NotFoundError or ConflictError naming `reversals[i]` and the field.
    """
    orders = await books.orders.get({one.order for one in reversals}, lock=True)
    known = await books.confirmations.find({one.key for one in reversals})
    numbers = await books.confirmations.numbered({_target(one) for one in reversals})
    taken: list[_Taken] = []
    results = []
    for position, one in enumerate(reversals):
        with located(f"reversals[{position}]"):
            if booked := known.get(one.key):
                one.replay(booked)
                results.append(Result(one.id, booked.no, replayed=True))
                continue
            order = require_order(orders, one.order, field="reverses.order.order_no")
            before = _require(numbers, one)
            booked = known[one.key] = order.reverse(one, before, books.clock.now())
            numbers[_target(one)] = replace(before, reversed_by=booked.no)
            taken.append(_Taken(position, booked, before))
            results.append(Result(one.id, booked.no, replayed=False))
    if taken:
        await _keep(books, orders, taken)
        await void_confirmations(books, list(_voids(books, taken, by)))
    return results


async def _keep(books: Books, orders: Mapping[OrderKey, WorkOrder], taken: list[_Taken]) -> None:
    lots = await books.lots.open({lot for one in taken for lot in _lots(orders, one.before)})
    await _check_material(books, taken)
    _withdraw(orders, lots, taken, books.clock.now())
    changed = {one.booked.report.order for one in taken}
    await books.orders.save([orders[key] for key in sorted(changed)])
    await books.confirmations.add([one.booked for one in taken])
    await books.lots.save(lots.values())
    for one in taken:
        item_no = orders[one.booked.report.order].plan.item_no
        books.facts.tell(ConfirmationReversed(one.booked, one.before, item_no))


def _voids(books: Books, taken: Sequence[_Taken], by: str) -> Iterator[Void]:
    """Of both: neither is a ground for an edge."""
    now, reason = books.clock.now(), VoidReason.DID_NOT_OCCUR
    for one in taken:
        corrective = one.booked.report.key
        yield Void(one.before.report.key, reason, by, now, (corrective.id,))
        yield Void(corrective, reason, by, now)


async def _check_material(books: Books, taken: Sequence[_Taken]) -> None:
    """What an order returned was consumed by one of its confirmations that still stand."""
    balance: Balance = await books.confirmations.balance({one.before.report.order for one in taken})
    for position, booked, _ in taken:
        report = booked.report
        moved = (*report.consumed, *(-one for one in report.returned))
        left = [add(balance, report, one) for one in moved]
        if any(quantity.value < 0 for quantity in left):
            raise ConflictError(
                f"order {report.order} has returned what it consumed there",
                code="returned_meanwhile",
                field=f"reversals[{position}].reverses.confirmation_no",
                hint="reverse first the confirmation that returned it",
            )


def _withdraw(
    orders: Mapping[OrderKey, WorkOrder],
    lots: dict[LotKey, Lot],
    taken: Sequence[_Taken],
    now: datetime,
) -> None:
    """Yields leave their lots, unless somebody used them; what was consumed is free again."""
    for position, _, before in taken:
        for _, key, quantity in before.report.lots_consumed:
            lots[key].give_back(quantity)
        for key, quantity in before.report.lots_returned:
            lots[key].spend(quantity)
        if before.report.good.value:
            with located(f"reversals[{position}]"):
                lot = lots[_made(orders, before)]
                lot.withdraw(before.report.into(lot.unit), now)


def _lots(orders: Mapping[OrderKey, WorkOrder], before: Booked) -> set[LotKey]:
    found = {key for _, key, _ in before.report.lots_consumed}
    found |= {key for key, _ in before.report.lots_returned}
    return found | ({_made(orders, before)} if before.report.good.value else set())


def _made(orders: Mapping[OrderKey, WorkOrder], before: Booked) -> LotKey:
    key = before.report.order
    return LotKey(key.plant, orders[key].plan.item_no, before.report.lot_no)


def _target(one: Reversal) -> BookedKey:
    return BookedKey(one.order, one.no)


def _require(numbers: Mapping[BookedKey, Booked], one: Reversal) -> Booked:
    if booked := numbers.get(_target(one)):
        return booked
    raise NotFoundError(
        f"order {one.order} has no confirmation {one.no}",
        code="unknown_confirmation",
        field="reverses.confirmation_no",
        hint="list the confirmations of the order",
    )
