"""Use cases: stock is promised to orders and deliveries, and promises are taken back."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from services.kit.errors import ConflictError, NotFoundError, located
from services.kit.measures import ItemLot
from services.kit.paging import Cut, Listing, Page
from services.kit.quantity import Quantity, add, subtract
from services.wms.application.restate import restate
from services.wms.domain.demand import Demand, Order, Reservation, ReservationKey
from services.wms.domain.hold import Block, Restraint
from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place, Status
from services.wms.domain.stock import Balance
from services.wms.ports import Books, Change


async def reserve_stock(books: Books, orders: Sequence[Order]) -> list[Reservation]:
    """Promise what is free to each in the order given, all or none; the same again is answered.

    Of an item as a whole it takes lots by number and location. Raises ConflictError,
    NotFoundError or InvalidError naming `reservations[i]` and the field.
    """
    orders = await _restate(books, orders)
    lots = await _candidates(books, orders)
    holds = await books.lots.open(lots)
    known = await books.reservations.get({one.key for one in orders})
    shelf = _Shelf(await books.balances.of_lots(lots), holds)
    made: dict[ReservationKey, Reservation] = {}
    for position, order in enumerate(orders):
        with located(f"reservations[{position}]"):
            if before := (known | made).get(order.key):
                _require_same(before.order, order)
            else:
                made[order.key] = reservation = Reservation(order)
                shelf.take(reservation)
    if made:
        await _keep(books, list(made.values()), shelf.taken)
    return [(known | made)[order.key] for order in orders]


async def release_reservations(books: Books, keys: Sequence[ReservationKey]) -> list[Reservation]:
    """Free what is left of each, all or none; once more changes nothing.

    Raises NotFoundError naming `keys[i]`.
    """
    seen = await books.reservations.look(keys)
    _require_known(seen, keys)
    await books.lots.open({place.lot for one in seen.values() for place in one.parts})
    found = await books.reservations.get(keys)
    now, freed = books.clock.now(), dict[Place, Change]()
    for one in found.values():
        unit = one.order.quantity.unit
        for place, amount in one.release().items():
            before = freed.get(place, Change(Quantity.zero(unit)))
            freed[place] = Change(before.quantity, subtract(before.reserved, amount))
    if freed:
        await books.balances.change(freed, now)
    await books.reservations.save(found, now)
    for key in sorted(found):
        books.facts.tell(found[key])
    return [found[key] for key in keys]


def goods_reserved(orders: Sequence[Order]) -> dict[ItemLot, str]:
    """Each with the field that names it first."""
    found: dict[ItemLot, str] = {}
    for position, order in enumerate(orders):
        found.setdefault(order.lot.goods, f"reservations[{position}].item_no")
    return found


def listing_of_reservations(plant: str, demand: Demand) -> Listing:
    """The reservations of a plant, or of an order or a delivery there, by number."""
    return Listing(f"wms.reservations/{plant}/{demand.order_no}/{demand.delivery_no}", (str,))


async def list_reservations(
    books: Books, plant: str, demand: Demand, page: Page
) -> Cut[Reservation]:
    """One page of them."""
    rows = await books.reservations.page(plant, demand, page)
    return page.cut(rows, lambda row: (row.key.no,))


async def _restate(books: Books, orders: Sequence[Order]) -> list[Order]:
    items = await books.items.measures(goods_reserved(orders))
    others = [one for one in orders if one.quantity.unit != items.of(one.item_no).base]
    known = await books.reservations.look({one.key for one in others}) if others else {}
    restated = []
    for position, order in enumerate(orders):
        before = [known[order.key].order] if order.key in known else []
        with located(f"reservations[{position}].quantity"):
            amount = restate(items, order.lot.goods, order.quantity, before)
        restated.append(replace(order, **amount._asdict()))
    return restated


async def _candidates(books: Books, orders: Sequence[Order]) -> set[LotKey]:
    """The lots that may be taken: those named, and of the other items all that are there."""
    named = {one.lot for one in orders}
    whole = {one.lot.item for one in orders if not one.lot_no}
    of_items = await books.balances.of_items(whole) if whole else {}
    return named | {one.place.lot for rows in of_items.values() for one in rows}


class _Shelf:
    """What is loose, unrestricted, our own and not promised yet of the lots that are locked."""

    def __init__(
        self,
        balances: dict[LotKey, list[Balance]],
        holds: dict[LotKey, list[Restraint]],
    ) -> None:
        self._holds = holds
        self._free: dict[Place, Decimal] = {
            one.place: subtract(one.quantity.value, one.reserved)
            for lot in sorted(balances)
            for one in balances[lot]
            if one.place[2:] == (Status.UNRESTRICTED, "", "")
        }
        self.taken: dict[Place, Change] = {}

    def take(self, reservation: Reservation) -> None:
        """Allocate what it wants; a lot that is held for this purpose is not free."""
        order = reservation.order
        block = Block.CONSUME if order.demand.order_no else Block.SHIP
        free = {
            place: amount
            for place, amount in self._free.items()
            if place.lot.item == order.lot.item
            and order.lot_no in ("", place.lot.lot_no)
            and not any(block in one.blocks for one in self._holds[place.lot])
        }
        for place, amount in reservation.allocate(free).items():
            self._free[place] = subtract(self._free[place], amount)
            before = self.taken.get(place, Change(Quantity.zero(order.quantity.unit)))
            self.taken[place] = Change(before.quantity, add(before.reserved, amount))


async def _keep(books: Books, made: Sequence[Reservation], taken: dict[Place, Change]) -> None:
    now: datetime = books.clock.now()
    await books.reservations.add(made, now)
    await books.balances.change(taken, now)
    for one in made:
        books.facts.tell(one)


def _require_same(before: Order, order: Order) -> None:
    if before != order:
        raise ConflictError(
            f"reservation {order.key.no} was made with other content",
            code="reservation_differs",
            field="key.reservation_no",
            hint="give a new reservation a new number",
        )


def _require_known(found: Collection[ReservationKey], keys: Sequence[ReservationKey]) -> None:
    for position, key in enumerate(keys):
        if key not in found:
            raise NotFoundError(
                f"{key.plant} has no reservation {key.no}",
                code="unknown_reservation",
                field=f"keys[{position}].reservation_no",
            )
