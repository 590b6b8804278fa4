"""Promises, handling units and counts in memory, and facts in words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.kit.errors import ConflictError
from services.kit.paging import Page
from services.wms.domain.demand import (
    NOTHING,
    Demand,
    Part,
    Reservation,
    ReservationKey,
    Use,
)
from services.wms.domain.handling_unit import HandlingUnit
from services.wms.domain.keys import OrderKey, Reference
from services.wms.domain.place import Place
from services.wms.domain.rules import MovementType
from services.wms.domain.stock import Balance, Booked
from services.wms.domain.stock_count import CountKey, StockCount
from services.wms.ports import Drift, Fact


@dataclass
class Papers:
    """What a transaction changes beside stock."""

    reservations: dict[ReservationKey, Reservation] = field(default_factory=dict)
    uses: dict[Reference, Sequence[Use]] = field(default_factory=dict)
    units: dict[str, HandlingUnit] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)
    counts: dict[CountKey, StockCount] = field(default_factory=dict)
    drifts: list[Drift] = field(default_factory=list)
    """What somebody spoiled; only PostgreSQL's balances go wrong by themselves."""


class MemoryReservations:
    """ports.Reservations."""

    def __init__(self, rows: Papers) -> None:
        self._rows = rows

    async def get(self, keys: Collection[ReservationKey]) -> dict[ReservationKey, Reservation]:
        """Nobody else is here."""
        return await self.look(keys)

    async def look(self, keys: Collection[ReservationKey]) -> dict[ReservationKey, Reservation]:
        """Those made; what is changed of them is not kept before it is saved."""
        kept = self._rows.reservations
        return {key: deepcopy(kept[key]) for key in keys if key in kept}

    async def touching(
        self, places: Collection[Place], references: Collection[Reference]
    ) -> set[ReservationKey]:
        """By place, by use."""
        used = {use.key for one in references for use in self._rows.uses.get(one, ())}
        return used | {
            key
            for key, one in self._rows.reservations.items()
            if any(one.parts.get(place, Part(NOTHING)).open for place in places)
        }

    async def used(self, references: Collection[Reference]) -> dict[Reference, Sequence[Use]]:
        """By reference."""
        return {one: self._rows.uses[one] for one in references if one in self._rows.uses}

    async def note(self, booked: Sequence[Booked]) -> None:
        """Keep."""
        self._rows.uses |= {one.movement.reference: one.uses for one in booked}

    async def add(self, made: Sequence[Reservation], at: datetime) -> None:
        """Nobody else is here."""
        self._rows.reservations |= {one.key: one for one in made}

    async def save(self, changed: Mapping[ReservationKey, Reservation], at: datetime) -> None:
        """Keep."""
        self._rows.reservations |= changed

    async def of_orders(self, orders: Collection[OrderKey]) -> dict[OrderKey, list[Reservation]]:
        """By number."""
        found: defaultdict[OrderKey, list[Reservation]] = defaultdict(list)
        for key in sorted(self._rows.reservations):
            one = self._rows.reservations[key]
            order = OrderKey(key.plant, one.order.demand.order_no)
            if order in orders:
                found[order].append(one)
        return dict(found)

    async def page(self, plant: str, demand: Demand, page: Page) -> Sequence[Reservation]:
        """By number."""
        after = page.after[0] if page.after else ""
        found = []
        for key in sorted(self._rows.reservations):
            one = self._rows.reservations[key]
            asked = zip(demand, one.order.demand, strict=True)
            if key.plant == plant and key.no > str(after) and all(a in ("", b) for a, b in asked):
                found.append(one)
        return found[: page.limit]


class MemoryUnits:
    """ports.Units."""

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    async def open(self, ssccs: Collection[str]) -> dict[str, HandlingUnit]:
        """Nobody else is here."""
        return await self.look(ssccs)

    async def look(self, ssccs: Collection[str]) -> dict[str, HandlingUnit]:
        """Those built."""
        return {one: deepcopy(self._rows.units[one]) for one in ssccs if one in self._rows.units}

    async def below(self, ssccs: Collection[str]) -> set[str]:
        """Down."""
        found = list(ssccs)
        for sscc in found:
            found += [one.sscc for one in self._rows.units.values() if one.parent == sscc]
        return set(found)

    async def above(self, ssccs: Collection[str]) -> set[str]:
        """Up."""
        found = list(ssccs)
        for sscc in found:
            if sscc in self._rows.units and (parent := self._rows.units[sscc].parent):
                found.append(parent)
        return set(found)

    async def shipped(self, ssccs: Collection[str]) -> dict[str, list[Balance]]:
        """From its issues."""
        found: defaultdict[str, list[Balance]] = defaultdict(list)
        for one in self._rows.movements():
            if one.type is MovementType.ISSUE_TO_DELIVERY and one.place.hu in ssccs:
                found[one.place.hu].append(Balance(one.place, one.quantity, one.occurred_at.moment))
        return dict(found)

    async def number(self, prefix: str, count: int) -> int:
        """From 1 on."""
        first = self._rows.serials.get(prefix, 1)
        self._rows.serials[prefix] = first + count
        return int(first)

    async def add(self, units: Sequence[HandlingUnit]) -> None:
        """Refuses the first that exists."""
        for position, unit in enumerate(units):
            if unit.sscc in self._rows.units:
                field = f"units[{position}].sscc"
                raise ConflictError("it exists", code="handling_unit_exists", field=field)
            self._rows.units[unit.sscc] = deepcopy(unit)

    async def save(self, units: Sequence[HandlingUnit]) -> None:
        """Keep."""
        self._rows.units |= {one.sscc: deepcopy(one) for one in units}

    async def page(self, plant: str, page: Page) -> Sequence[HandlingUnit]:
        """By SSCC."""
        after = str(page.after[0]) if page.after else ""
        units = sorted(self._rows.units.values(), key=lambda one: one.sscc)
        return [one for one in units if one.plant == plant and one.sscc > after][: page.limit]


class MemoryCounts:
    """ports.Counts."""

    def __init__(self, rows: Papers) -> None:
        self._rows = rows

    async def get(
        self, keys: Collection[CountKey], *, lock: bool = False
    ) -> dict[CountKey, StockCount]:
        """Those planned."""
        return {key: deepcopy(self._rows.counts[key]) for key in keys if key in self._rows.counts}

    async def add(self, count: StockCount) -> None:
        """Nobody else is here."""
        await self.save(count)

    async def save(self, count: StockCount) -> None:
        """Keep."""
        self._rows.counts[count.key] = deepcopy(count)

    async def page(self, plant: str, page: Page) -> Sequence[StockCount]:
        """By number."""
        after = str(page.after[0]) if page.after else ""
        counts = sorted(self._rows.counts.values(), key=lambda one: one.key)
        return [one for one in counts if one.key.plant == plant and one.key.no > after][
            : page.limit
        ]


def word(fact: Fact) -> list[str]:
    """The key of each event, and what it tells."""
    match fact:
        case Booked():
            text, here = fact.movement.reference.text, fact.movement.lot
            others = {one.place.lot for one in fact.balances} - {here}
            return [f"{lot} {text}" for lot in (here, *sorted(others))]
        case Reservation():
            return [f"reservation/{fact.key.plant}/{fact.key.no} {fact.state}"]
        case StockCount():
            return [f"count/{fact.key.plant}/{fact.key.no} {fact.state}"]
        case _:
            return [f"hu/{fact.unit.sscc} {fact.unit.state}"]
