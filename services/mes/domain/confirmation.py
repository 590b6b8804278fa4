"""What the floor reports of an operation: yield, scrap, rework, consumption."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from services.kit.clock import Instant
from services.kit.errors import ConflictError, InvalidError
from services.kit.measures import ItemLot
from services.kit.quantity import Quantity
from services.mes.domain.effort import NO_EFFORT, Effort
from services.mes.domain.keys import LotKey, OrderKey, ReportKey

Amounts = Mapping[str, Quantity]
"""By the path of the field."""


@dataclass(frozen=True, slots=True)
class Scrap:
    """Output that is lost, and why."""

    quantity: Quantity
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consumption:
    """What went in; `lot_no` is "" for material that is not kept in lots.

    `backflushed` when nobody reported it: it follows from what was made.
    """

    item_no: str
    lot_no: str
    quantity: Quantity
    backflushed: bool = False

    @property
    def goods(self) -> ItemLot:
        """What it is wherever it is."""
        return ItemLot(self.item_no, self.lot_no)

    def __neg__(self) -> "Consumption":
        """The same the other way."""
        return replace(self, quantity=-self.quantity)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One report (ISA-95 operations response). `good` is its yield, made into `lot_no`.

    `operation` 0 means the last one; an earlier one makes `passed`, which the next goes on with.
    `returned` material goes back unused. `final` ends the operation. `time_uncertain` when it
    happened somewhen before `occurred_at`, unwatched. `given` are the amounts that were reported in
    other units than they are booked in, `stocked` is the yield in the item's base unit where the
    order counts in another.
    """

    id: str
    order: OrderKey
    good: Quantity
    rework: Quantity
    occurred_at: Instant
    operation: int = 0
    lot_no: str = ""
    scrap: tuple[Scrap, ...] = ()
    consumed: tuple[Consumption, ...] = ()
    equipment: str = ""
    final: bool = False
    time_uncertain: bool = False
    passed: Quantity | None = None
    returned: tuple[Consumption, ...] = ()
    effort: Effort = NO_EFFORT
    given: Amounts = field(default_factory=dict, compare=False)
    stocked: Quantity | None = field(default=None, compare=False)

    @property
    def key(self) -> ReportKey:
        """What makes it one and the same report, however often it arrives."""
        return ReportKey(self.order.plant, self.id)

    @property
    def lots_consumed(self) -> Iterator[tuple[int, LotKey, Quantity]]:
        """Position, lot and quantity of what was kept in lots."""
        for position, one in enumerate(self.consumed):
            if one.lot_no:
                yield position, LotKey(self.order.plant, one.item_no, one.lot_no), one.quantity

    @property
    def lots_returned(self) -> Iterator[tuple[LotKey, Quantity]]:
        """Lot and quantity of what went back and was kept in lots."""
        for one in self.returned:
            if one.lot_no:
                yield LotKey(self.order.plant, one.item_no, one.lot_no), one.quantity

    def at(self, operation: int) -> "Confirmation":
        """The same report of an operation that is named."""
        return replace(self, operation=operation)

    def into(self, unit: str) -> Quantity:
        """Its yield for a lot that is counted in `unit` ("" = in nothing yet)."""
        return self.good if self.stocked is None or unit == self.good.unit else self.stocked

    def booked(self, path: str) -> Quantity | None:
        """The amount that a report's `path` became; None where there is none."""
        if path == "yield":
            return self.output
        moved = (("consumed", self.consumed), ("returned", self.returned))
        lines = {f"{name}[{n}].quantity": one for name, all in moved for n, one in enumerate(all)}
        return lines[path].quantity if path in lines else dict(self._amounts()).get(path)

    @property
    def output(self) -> Quantity:
        """What the operation made, wherever it goes."""
        return self.passed or self.good

    @property
    def scrapped(self) -> Quantity:
        """All of its scrap."""
        return sum((one.quantity for one in self.scrap), Quantity.zero(self.good.unit))

    @property
    def as_reported(self) -> "Confirmation":
        """Without what was booked by itself."""
        return replace(self, consumed=tuple(one for one in self.consumed if not one.backflushed))

    def __neg__(self) -> "Confirmation":
        """Every amount the other way: the sum of both is nothing."""
        return replace(
            self,
            good=-self.good,
            rework=-self.rework,
            passed=self.passed and -self.passed,
            scrap=tuple(replace(one, quantity=-one.quantity) for one in self.scrap),
            consumed=tuple(-one for one in self.consumed),
            returned=tuple(-one for one in self.returned),
            effort=-self.effort,
            final=False,
            given={path: -quantity for path, quantity in self.given.items()},
            stocked=self.stocked and -self.stocked,
        )

    def check(self, unit: str) -> None:
        """Raises InvalidError naming the part that is negative, in another unit than the order's,
        or missing.
        """
        for path, quantity in self._amounts():
            _refuse_negative(path, quantity)
            if quantity.unit != unit:
                raise InvalidError(
                    f"{quantity} is not in the order's unit",
                    code="unit_mismatch",
                    field=f"{path}.unit",
                    hint=f"report in {unit}",
                )
        for path, moved in (("consumed", self.consumed), ("returned", self.returned)):
            for position, one in enumerate(moved):
                _refuse_negative(f"{path}[{position}].quantity", one.quantity, or_zero=True)
        self.effort.check()
        if self.good.value and not self.lot_no:
            raise InvalidError(
                "a yield goes into a lot",
                code="lot_required",
                field="lot_no",
                hint="name the lot that was made",
            )
        moved = self.consumed or self.returned
        if not (self.final or moved or any(one.value for _, one in self._amounts())):
            raise InvalidError(
                "nothing is reported",
                code="empty_confirmation",
                field="yield.value",
                hint="report an amount, a consumption, or the end of the operation",
            )

    def _amounts(self) -> Iterator[tuple[str, Quantity]]:
        yield "yield", self.good
        yield "rework", self.rework
        if self.passed is not None:
            yield "passed_on", self.passed
        for position, one in enumerate(self.scrap):
            yield f"scrap[{position}].quantity", one.quantity


@dataclass(frozen=True, slots=True)
class Booked:
    """A confirmation with its number: 1, 2, 3 ... within its order.

    `completes` marks the one that completed the order. One that `reverses` a number holds what it
    took back as negative amounts, so that sums are right; `reversed_by` is the number of the one
    that took this one back. 0 = none.
    """

    no: int
    report: Confirmation
    completes: bool = False
    reverses: int = 0
    reversed_by: int = 0
    reason: str = ""

    @property
    def stands(self) -> bool:
        """Whether it says what happened: neither taken back, nor taking back."""
        return not (self.reverses or self.reversed_by)

    def replay(self, report: Confirmation) -> None:
        """Raises ConflictError unless `report` is the one that was booked."""
        if self.reverses or report != self.report.as_reported:
            raise differs(report.id)


def differs(id: str) -> ConflictError:
    """The refusal of an id that stands for something else."""
    return ConflictError(
        f"confirmation {id} was booked with other content",
        code="confirmation_differs",
        field="id",
        hint="give a new report a new id; correct a booked one by a reversal",
    )


def _refuse_negative(path: str, quantity: Quantity, *, or_zero: bool = False) -> None:
    if quantity.value < 0 or (or_zero and not quantity.value):
        raise InvalidError(
            f"{quantity} cannot be reported",
            code="not_positive" if or_zero else "negative",
            field=f"{path}.value",
            hint="report what happened; a reversal takes a confirmation back",
        )
