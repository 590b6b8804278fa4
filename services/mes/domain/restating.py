"""A report's amounts in the units that they are booked in, by the ratio of each lot."""

from dataclasses import replace

from services.kit.errors import located
from services.kit.measures import ItemLot, Measured
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Confirmation, Consumption


def restate(
    report: Confirmation,
    items: Measured,
    item_no: str,
    unit: str,
    before: Confirmation | None = None,
) -> Confirmation:
    """The same report: output of `item_no` in the order's `unit`, consumption in base units.

    A lot's own ratio counts before its item's. What was booked `before` as the same stays what it
    was, whatever the ratio is today. Raises InvalidError naming the amount that does not convert
    exactly.
    """
    units = _Units(report, items, ItemLot(item_no, report.lot_no), unit, before)
    return units.restated()


class _Units:
    """One report under way; `given` are the amounts that were in other units."""

    def __init__(
        self,
        report: Confirmation,
        items: Measured,
        made: ItemLot,
        unit: str,
        before: Confirmation | None,
    ) -> None:
        self._report = report
        self._items = items
        self._made = made
        self._unit = unit
        self._before = before
        self._given: dict[str, Quantity] = {}

    def restated(self) -> Confirmation:
        """Every amount."""
        report = self._report
        return replace(
            report,
            good=self._output("yield", report.good),
            rework=self._output("rework", report.rework),
            scrap=tuple(
                replace(one, quantity=self._output(f"scrap[{place}].quantity", one.quantity))
                for place, one in enumerate(report.scrap)
            ),
            passed=report.passed and self._output("passed_on", report.passed),
            consumed=self._inputs("consumed", report.consumed),
            returned=self._inputs("returned", report.returned),
            stocked=self._stocked(),
            given=self._given,
        )

    def _output(self, path: str, quantity: Quantity) -> Quantity:
        return self._converted(path, self._made, quantity, self._unit)

    def _inputs(self, path: str, moved: tuple[Consumption, ...]) -> tuple[Consumption, ...]:
        return tuple(
            replace(one, quantity=self._converted(f"{path}[{n}].quantity", one.goods, one.quantity))
            for n, one in enumerate(moved)
        )

    def _converted(self, path: str, goods: ItemLot, told: Quantity, unit: str = "") -> Quantity:
        quantity = self._as_before(path, told)
        if quantity is None:
            with located(path):
                quantity = self._items.convert(goods, told, unit)
        if quantity.unit != told.unit:
            self._given[path] = told
        return quantity

    def _as_before(self, path: str, told: Quantity) -> Quantity | None:
        if self._before and self._before.given.get(path) == told:
            return self._before.booked(path)
        return None

    def _stocked(self) -> Quantity | None:
        """None too where nothing goes into a lot."""
        report, base = self._report, self._items.of(self._made.item_no).base
        if base == self._unit or not (report.lot_no and report.good.value):
            return None
        before = self._before
        if before and before.given.get("yield", before.output) == report.good:
            return before.stocked
        with located("yield"):
            return self._items.convert(self._made, report.good)
