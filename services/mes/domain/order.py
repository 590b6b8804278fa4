"""A work order (ISA-95 job order) in execution, and how output is booked on it.

ERPs carry several statuses at once, so they are kept apart: the lifecycle, how much is confirmed,
how much is delivered.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked, Confirmation
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import REPORTING, WORK_ORDER, Command, Lifecycle
from services.mes.domain.plan import Plan


class Confirmed(StrEnum):
    """How far the floor has reported."""

    NONE = "none"
    PARTIAL = "partial"
    FINAL = "final"


class Delivered(StrEnum):
    """How much of what was ordered is made."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


@dataclass
class WorkOrder:
    """A plan and its progress. All quantities share the unit of `plan.ordered`.

    `ended` holds the operations reported final; `version` rises with every change.
    """

    plan: Plan
    as_of: datetime
    lifecycle: Lifecycle
    good: Quantity
    scrap: Quantity
    rework: Quantity
    ended: set[int] = field(default_factory=set)
    last_no: int = 0
    version: int = 1

    @classmethod
    def released(cls, plan: Plan, at: datetime) -> "WorkOrder":
        """As it arrives here."""
        zero = Quantity.zero(plan.ordered.unit)
        return cls(plan, at, Lifecycle.RELEASED, zero, zero, zero)

    @property
    def key(self) -> OrderKey:
        """Plant and number."""
        return self.plan.key

    @property
    def last_operation(self) -> int:
        """The one that delivers; 0 in an order without a routing."""
        return self.plan.operations[-1].sequence if self.plan.operations else 0

    @property
    def confirmed(self) -> Confirmed:
        """FINAL once the last operation was reported final."""
        if self.last_operation in self.ended:
            return Confirmed.FINAL
        return Confirmed.PARTIAL if self.last_no else Confirmed.NONE

    @property
    def delivered(self) -> Delivered:
        """By yield alone: what quality makes of it is quality's to say."""
        if not self.good.value:
            return Delivered.NONE
        return Delivered.FULL if self.plan.ordered <= self.good else Delivered.PARTIAL

    def command(self, command: Command, at: datetime) -> None:
        """Raises ConflictError where the lifecycle has no such step."""
        self.lifecycle = WORK_ORDER.follow(self.lifecycle, command)
        self._changed(at)

    def name_operation(self, report: Confirmation) -> Confirmation:
        """The report with its operation spelled out; raises InvalidError on one unknown here."""
        known = {0, *(operation.sequence for operation in self.plan.operations)}
        if report.operation not in known:
            raise InvalidError(
                f"order {self.key} has no operation {report.operation}",
                code="unknown_operation",
                field="operation_sequence",
                hint=f"one of {sorted(known - {0})}, or 0 for the last",
            )
        return report.at(report.operation or self.last_operation)

    def book(self, report: Confirmation, at: datetime) -> Booked:
        """Book a report under the next number; a final one of the last operation completes.

        Raises ConflictError where the state takes no report, InvalidError on what the plan does
        not allow.
        """
        self._require_reporting()
        report = self.name_operation(report)
        report.check(self.plan.ordered.unit)
        if report.good.value and report.operation != self.last_operation:
            raise InvalidError(
                f"operation {report.operation} delivers nothing, {self.last_operation} does",
                code="yield_before_last_operation",
                field="yield.value",
                hint="report its scrap, rework and consumption; the yield at the last operation",
            )
        self._add_up(report)
        completes = report.final and self._end(report.operation)
        self.last_no += 1
        self._changed(at)
        return Booked(self.last_no, report, completes)

    def _require_reporting(self) -> None:
        if self.lifecycle not in REPORTING:
            ways = ", ".join(WORK_ORDER.next[self.lifecycle])
            raise ConflictError(
                f"a {self.lifecycle} order takes no confirmation",
                code="wrong_state",
                field="order",
                hint=f"commands allowed now: {ways}" if ways else "a closed order stays as it is",
            )

    def _add_up(self, report: Confirmation) -> None:
        good, rework, scrap = self.good + report.good, self.rework + report.rework, self.scrap
        for one in report.scrap:
            scrap += one.quantity
        total = good + scrap + rework
        if total.value > self.plan.limit:
            before = self.good + self.scrap + self.rework
            raise InvalidError(
                f"{total} would be {total - self.plan.ordered} more than ordered, beyond the"
                f" tolerance of {self.plan.over_tolerance:f}",
                code="over_tolerance",
                field=_cause(report),
                hint=f"{before} of {self.plan.ordered} are reported; check the count, or have the"
                " order raised",
            )
        self.good, self.rework, self.scrap = good, rework, scrap

    def _end(self, operation: int) -> bool:
        self.ended.add(operation)
        if operation != self.last_operation or self.lifecycle in _OVER:
            return False
        self.lifecycle = WORK_ORDER.follow(self.lifecycle, Command.COMPLETE)
        return True

    def _changed(self, at: datetime) -> None:
        self.as_of = at
        self.version += 1


# A late final report says nothing new of these.
_OVER = frozenset({Lifecycle.COMPLETED, Lifecycle.ABORTED})


def _cause(report: Confirmation) -> str:
    if report.good.value:
        return "yield.value"
    return "rework.value" if report.rework.value else "scrap[0].quantity.value"
