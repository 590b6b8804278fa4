"""Reservations in PostgreSQL: the order, and how much of each place it promises."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.kit import audit
from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.kit.store import Row, current_work
from services.wms.domain.demand import Demand, Order, Part, Reservation, ReservationKey, State, Use
from services.wms.domain.keys import OrderKey, Reference
from services.wms.domain.place import Place
from services.wms.domain.stock import Booked
from services.wms.store.columns import columns, flat, place_columns, read_place

_ORDERS = (
    "SELECT plant, reservation_no, order_no, delivery_no, item_no, lot_no, quantity, unit,"
    " released, given, given_unit FROM reservation"
)


class SqlReservations:
    """ports.Reservations. The state follows from the parts, and from whether it was released."""

    async def get(self, keys: Collection[ReservationKey]) -> dict[ReservationKey, Reservation]:
        """Locked in the order of their keys; looked at when the lock is there."""
        await current_work().sql(
            "SELECT 1 FROM reservation JOIN unnest(%s::text[], %s::text[])"
            " AS k(plant, reservation_no) USING (plant, reservation_no)"
            " ORDER BY plant, reservation_no FOR UPDATE OF reservation",
            columns(sorted(keys), 2),
        )
        found = await self.look(keys)
        for one in found.values():
            audit.saw("reservation", "/".join(one.key), _facts(one))
        return found

    async def look(self, keys: Collection[ReservationKey]) -> dict[ReservationKey, Reservation]:
        """By key."""
        rows = await current_work().sql(
            _ORDERS + " JOIN unnest(%s::text[], %s::text[]) AS k(plant, reservation_no)"
            " USING (plant, reservation_no)",
            columns(sorted(keys), 2),
        )
        return await _load(rows)

    async def touching(
        self, places: Collection[Place], references: Collection[Reference]
    ) -> set[ReservationKey]:
        """By the open parts of these places, and by what the movements used."""
        rows = await current_work().sql(
            "SELECT plant, reservation_no FROM reservation_part"
            " JOIN unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[]) AS k(plant, item_no, lot_no, location, status, owner, hu)"
            " USING (plant, item_no, lot_no, location, status, owner, hu) WHERE open > 0"
            " UNION SELECT plant, reservation_no FROM reservation_use"
            " JOIN unnest(%s::text[], %s::text[]) AS r(plant, reference) USING (plant, reference)",
            (*place_columns(places), *columns(references, 2)),
        )
        return {ReservationKey(*row) for row in rows}

    async def used(self, references: Collection[Reference]) -> dict[Reference, Sequence[Use]]:
        """By reference."""
        rows = await current_work().sql(
            "SELECT plant, reference, reservation_no, amount FROM reservation_use"
            " JOIN unnest(%s::text[], %s::text[]) AS k(plant, reference) USING (plant, reference)"
            " ORDER BY plant, reference, reservation_no",
            columns(references, 2),
        )
        found: defaultdict[Reference, list[Use]] = defaultdict(list)
        for plant, reference, no, amount in rows:
            found[Reference(plant, reference)].append(Use(ReservationKey(plant, no), amount))
        return dict(found)

    async def note(self, booked: Sequence[Booked]) -> None:
        """A row a movement and reservation."""
        rows = (
            (*one.movement.reference, use.key.no, use.amount) for one in booked for use in one.uses
        )
        await current_work().sql(
            "INSERT INTO reservation_use (plant, reference, reservation_no, amount)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::numeric[])",
            columns(rows, 4),
        )

    async def add(self, made: Sequence[Reservation], at: datetime) -> None:
        """Orders, then their parts."""
        rows = await current_work().sql(
            "INSERT INTO reservation (plant, reservation_no, order_no, delivery_no, item_no,"
            " lot_no, quantity, unit, given, given_unit, released, as_of)"
            " SELECT *, false, %s FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::text[], %s::text[], %s::numeric[], %s::text[], %s::numeric[], %s::text[])"
            " ON CONFLICT DO NOTHING RETURNING plant, reservation_no",
            (at, *columns(map(_order_row, sorted(made, key=lambda one: one.key)), 10)),
        )
        added = {ReservationKey(*row) for row in rows}
        for one in made:
            if one.key not in added:
                raise ConflictError(
                    f"reservation {one.key.no} was made for another lot meanwhile",
                    code="reservation_differs",
                    field="reservations",
                    hint="give every reservation a number of its own",
                )
            audit.made("reservation", "/".join(one.key), _facts(one))
        await _write_parts(made)

    async def save(self, changed: Mapping[ReservationKey, Reservation], at: datetime) -> None:
        """Whether it is released, then the parts."""
        for key in sorted(changed):
            audit.saved("reservation", "/".join(key), _facts(changed[key]))
        rows = ((*key, changed[key].state is State.RELEASED) for key in sorted(changed))
        await current_work().sql(
            "UPDATE reservation r SET released = k.released, as_of = %s"
            " FROM unnest(%s::text[], %s::text[], %s::boolean[]) AS k(plant, no, released)"
            " WHERE (r.plant, r.reservation_no) = (k.plant, k.no)",
            (at, *columns(rows, 3)),
        )
        await _write_parts([changed[key] for key in sorted(changed)])

    async def of_orders(self, orders: Collection[OrderKey]) -> dict[OrderKey, list[Reservation]]:
        """By number."""
        rows = await current_work().sql(
            _ORDERS + " JOIN unnest(%s::text[], %s::text[]) AS k(plant, order_no)"
            " USING (plant, order_no) ORDER BY plant, reservation_no",
            columns(sorted(orders), 2),
        )
        found: defaultdict[OrderKey, list[Reservation]] = defaultdict(list)
        for one in (await _load(rows)).values():
            found[OrderKey(one.key.plant, one.order.demand.order_no)].append(one)
        return dict(found)

    async def page(self, plant: str, demand: Demand, page: Page) -> Sequence[Reservation]:
        """By number."""
        [after] = page.after or ("",)
        rows = await current_work().sql(
            _ORDERS + " WHERE plant = %(plant)s AND reservation_no > %(after)s"
            " AND (%(order)s = '' OR order_no = %(order)s)"
            " AND (%(delivery)s = '' OR delivery_no = %(delivery)s)"
            " ORDER BY reservation_no LIMIT %(limit)s",
            {
                "plant": plant,
                "after": after,
                "order": demand.order_no,
                "delivery": demand.delivery_no,
                "limit": page.limit,
            },
        )
        return list((await _load(rows)).values())


async def _load(rows: Sequence[Row]) -> dict[ReservationKey, Reservation]:
    keys = [ReservationKey(*row[:2]) for row in rows]
    parts: defaultdict[ReservationKey, dict[Place, Part]] = defaultdict(dict)
    for plant, no, *place, left, consumed in await current_work().sql(
        "SELECT plant, reservation_no, item_no, lot_no, location, status, owner, hu, open, consumed"
        " FROM reservation_part JOIN unnest(%s::text[], %s::text[]) AS k(plant, reservation_no)"
        " USING (plant, reservation_no)"
        " ORDER BY item_no, lot_no, location, status, owner, hu",
        columns(keys, 2),
    ):
        parts[ReservationKey(plant, no)][read_place(plant, *place)] = Part(left, consumed)
    return {
        key: _reservation(key, row[2:], parts[key]) for key, row in zip(keys, rows, strict=True)
    }


def _reservation(key: ReservationKey, row: Row, parts: dict[Place, Part]) -> Reservation:
    order_no, delivery_no, item_no, lot_no, amount, unit, released, given, given_unit = row
    order = Order(
        key,
        Demand(order_no, delivery_no),
        item_no,
        lot_no,
        Quantity(amount, unit),
        None if given is None else Quantity(given, given_unit),
    )
    left = State.OPEN if any(one.open for one in parts.values()) else State.CONSUMED
    return Reservation(order, State.RELEASED if released else left, parts)


def _facts(one: Reservation) -> dict[str, Any]:
    """What was promised, and whether it still is; what is issued of it, movements tell."""
    order = one.order
    return {
        **order.demand._asdict(),
        "item_no": order.item_no,
        "lot_no": order.lot_no,
        "quantity": order.quantity,
        "released": one.state is State.RELEASED,
    }


async def _write_parts(reservations: Sequence[Reservation]) -> None:
    rows = (
        (one.key.plant, one.key.no, *flat(place)[1:], part.open, part.consumed)
        for one in reservations
        for place, part in one.parts.items()
    )
    await current_work().sql(
        "INSERT INTO reservation_part AS p (plant, reservation_no, item_no, lot_no, location,"
        " status, owner, hu, open, consumed)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
        " %s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[])"
        " ON CONFLICT (plant, reservation_no, item_no, lot_no, location, status, owner, hu)"
        " DO UPDATE SET open = excluded.open, consumed = excluded.consumed",
        columns(rows, 10),
    )


def _order_row(one: Reservation) -> tuple[object, ...]:
    order = one.order
    amount, given = order.quantity, order.given
    goods = order.item_no, order.lot_no, amount.value, amount.unit
    return *one.key, *order.demand, *goods, given and given.value, given and given.unit
