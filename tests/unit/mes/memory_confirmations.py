"""Confirmations and people in memory."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from services.kit.paging import Page
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked
from services.mes.domain.keys import BookedKey, LotKey, OrderKey, Person, ReportKey


class MemoryConfirmations:
    """ports.Confirmations."""

    def __init__(self) -> None:
        self.rows: dict[ReportKey, Booked] = {}

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Booked]:
        """Those booked."""
        return {key: self.rows[key] for key in keys if key in self.rows}

    async def of_orders(self, keys: Collection[OrderKey]) -> dict[OrderKey, list[Booked]]:
        """By number."""
        found: defaultdict[OrderKey, list[Booked]] = defaultdict(list)
        for booked in sorted(self.rows.values(), key=lambda one: one.no):
            if booked.report.order in keys:
                found[booked.report.order].append(booked)
        return dict(found)

    async def numbered(self, keys: Collection[BookedKey]) -> dict[BookedKey, Booked]:
        """By order and number."""
        found = {BookedKey(one.report.order, one.no): one for one in self.rows.values()}
        return {key: found[key] for key in keys if key in found}

    async def page(self, key: OrderKey, page: Page) -> Sequence[Booked]:
        """By number."""
        booked = (await self.of_orders([key])).get(key, [])
        after = int(str(page.after[0])) if page.after else 0
        return [one for one in booked if one.no > after][: page.limit]

    async def latest(self, keys: Collection[OrderKey], first: int) -> dict[OrderKey, list[Booked]]:
        """Newest first."""
        booked = await self.of_orders(keys)
        return {key: of[::-1][:first] for key, of in booked.items()}

    async def add(self, booked: Sequence[Booked]) -> None:
        """Nobody else is here."""
        self.rows |= {one.report.key: one for one in booked}
        back = {(one.report.order, one.reverses): one.no for one in booked}
        for key, one in self.rows.items():
            if by := back.get((one.report.order, one.no)):
                self.rows[key] = replace(one, reversed_by=by)

    async def balance(self, keys: Collection[OrderKey]) -> dict[OrderKey, dict[LotKey, Quantity]]:
        """As the reports say, those that take back included."""
        found: defaultdict[OrderKey, dict[LotKey, Quantity]] = defaultdict(dict)
        for order, lot, quantity in self._moved():
            if order in keys:
                before = found[order].get(lot, Quantity.zero(quantity.unit))
                found[order][lot] = before + quantity
        return dict(found)

    def _moved(self) -> Iterator[tuple[OrderKey, LotKey, Quantity]]:
        for booked in self.rows.values():
            report = booked.report
            for one in (*report.consumed, *(-back for back in report.returned)):
                lot = LotKey(report.order.plant, one.item_no, one.lot_no)
                yield report.order, lot, one.quantity


class MemoryPeople:
    """ports.People."""

    def __init__(self) -> None:
        self.rows: dict[Person, str] = {}

    async def pseudonyms(self, people: Collection[Person]) -> dict[Person, str]:
        """By the number of their coming."""
        for one in sorted(people):
            self.rows.setdefault(one, f"op-{len(self.rows)}")
        return {one: self.rows[one] for one in people}

    async def names(self, plant: str, pseudonyms: Collection[str]) -> dict[str, str]:
        """Of the plant."""
        given = {hidden: one.id for one, hidden in self.rows.items() if one.plant == plant}
        return {hidden: given[hidden] for hidden in pseudonyms if hidden in given}
