"""Material goes back to stock: never more than an order consumed of the item and lot."""

from collections.abc import Sequence

from services.kit.errors import InvalidError, located
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Confirmation, Consumption
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.ports import Books

Balance = dict[OrderKey, dict[LotKey, Quantity]]


async def check_returns(books: Books, reports: Sequence[tuple[int, Confirmation]]) -> None:
    """Raises InvalidError naming what returns more than there is, by the report's position.

    The reports are not booked yet; each may return what those before it consumed.
    """
    if not any(report.returned for _, report in reports):
        return
    balance = await books.confirmations.balance({report.order for _, report in reports})
    for position, report in reports:
        for one in report.consumed:
            add(balance, report, one)
        for place, one in enumerate(report.returned):
            with located(f"confirmations[{position}].returned[{place}]"):
                left = add(balance, report, -one)
                if left.value < 0:
                    raise InvalidError(
                        f"{one.quantity} are {-left} more than order {report.order} has",
                        code="over_returned",
                        field="quantity.value",
                        hint="return at most what the order consumed of the item and lot",
                    )


def add(balance: Balance, report: Confirmation, one: Consumption) -> Quantity:
    """What the order has of the item and lot then."""
    held = balance.setdefault(report.order, {})
    key = LotKey(report.order.plant, one.item_no, one.lot_no)
    held[key] = held.get(key, Quantity.zero(one.quantity.unit)) + one.quantity
    return held[key]
