"""A work order (ISA-95 job order) in execution, and how output is booked on it.

ERPs carry several statuses at once, so they are kept apart: the lifecycle, how much is confirmed,
how much is delivered.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.kit.errors import ConflictError, InvalidError
from services.kit.measures import Measured
from services.kit.quantity import Quantity
from services.mes.domain.backflush import Covered, draw, take_back
from services.mes.domain.confirmation import Booked, Confirmation
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import REPORTING, WORK_ORDER, Command, Lifecycle
from services.mes.domain.plan import Plan
from services.mes.domain.progress import Progress, Steps, check_sequence, check_taken_back
from services.mes.domain.reversal import Reversal

NO_ITEMS = Measured({})


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

    `ended` holds the operations reported final, `steps` what each operation of the routing
    reported, `covered` what was backflushed; `version` rises with every change.
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
    steps: Steps = field(default_factory=dict)
    covered: Covered = field(default_factory=dict)

    @classmethod
    def released(cls, plan: Plan, at: datetime) -> "WorkOrder":
        """As it arrives here."""
        zero = Quantity.zero(plan.ordered.unit)
        steps = {one.sequence: Progress.none(zero.unit) for one in plan.operations}
        return cls(plan, at, Lifecycle.RELEASED, zero, zero, zero, steps=steps)

    @property
    def key(self) -> OrderKey:
        """Plant and number."""
        return self.plan.key

    @property
    def last_operation(self) -> int:
        """The one that delivers; 0 in an order without a routing."""
        return self.plan.last_operation

    @property
    def confirmed(self) -> Confirmed:
        """FINAL once the last operation was reported final."""
        if self.last_operation in self.ended:
            return Confirmed.FINAL
        made = self.good + self.scrap + self.rework
        return Confirmed.PARTIAL if self.last_no or made.value else Confirmed.NONE

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
        """The report with its operation spelled out, and its output where that operation puts it.

        Raises InvalidError on an operation unknown here, or on one that delivers and hands on.
        """
        known = {0, *(operation.sequence for operation in self.plan.operations)}
        if report.operation not in known:
            raise InvalidError(
                f"order {self.key} has no operation {report.operation}",
                code="unknown_operation",
                field="operation_sequence",
                hint=f"one of {sorted(known - {0})}, or 0 for the last",
            )
        named = report.at(report.operation or self.last_operation)
        return _deliver(named) if named.operation == self.last_operation else _hand_on(named)

    def book(self, report: Confirmation, at: datetime, items: Measured = NO_ITEMS) -> Booked:
        """Book a report under the next number; a final one of the last operation completes.

        `items` measures what is backflushed. Raises ConflictError where the state takes no report,
        InvalidError on what the plan does not allow.
        """
        self._require_reporting("order")
        report = self.name_operation(report)
        report.check(self.plan.ordered.unit)
        self._require_open(report)
        self._add_up(report)
        report, self.covered = draw(self.plan, self.covered, report, items)
        completes = report.final and self._end(report.operation)
        self.last_no += 1
        self._changed(at)
        return Booked(self.last_no, report, completes)

    def reverse(self, reversal: Reversal, booked: Booked, at: datetime) -> Booked:
        """Take a booked confirmation back; the operation it ended takes output again.

        Raises ConflictError where the state takes no report, when it is taken back already, or
        when a later operation went on with its yield. A completed order stays completed.
        """
        self._require_reporting("reverses.order")
        reversal.check(booked)
        taken = reversal.of(booked, self.last_no + 1)
        steps = self._stepped(taken.report)
        check_taken_back(self.plan, steps, booked.report.operation)
        self.steps, report = steps, taken.report
        self.good, self.rework = self.good + report.good, self.rework + report.rework
        self.scrap += report.scrapped
        self.covered = take_back(self.plan, self.covered, booked.report)
        if booked.report.final:
            self.ended = self.ended - {booked.report.operation}
        self.last_no += 1
        self._changed(at)
        return taken

    def _require_reporting(self, field: str) -> None:
        if self.lifecycle not in REPORTING:
            ways = ", ".join(WORK_ORDER.next[self.lifecycle])
            raise ConflictError(
                f"a {self.lifecycle} order takes no confirmation",
                code="wrong_state",
                field=field,
                hint=f"commands allowed now: {ways}" if ways else "a closed order stays as it is",
            )

    def _require_open(self, report: Confirmation) -> None:
        output = report.output.value or report.rework.value or report.scrapped.value
        if report.operation in self.ended and (output or report.final):
            raise ConflictError(
                f"operation {report.operation} of order {self.key} was reported final",
                code="operation_ended",
                field="operation_sequence",
                hint="material may still be issued or returned; for output, reverse the final one",
            )

    def _add_up(self, report: Confirmation) -> None:
        good, rework = self.good + report.good, self.rework + report.rework
        scrap, steps = self.scrap + report.scrapped, self._stepped(report)
        step = steps.get(report.operation)
        self._require_tolerance(report, good + scrap + rework)
        if step is not None:
            self._require_tolerance(report, step.total)
            check_sequence(self.plan, steps, report.operation, _cause(report))
        self.good, self.rework, self.scrap, self.steps = good, rework, scrap, steps

    def _stepped(self, report: Confirmation) -> Steps:
        step = self.steps.get(report.operation)
        return self.steps | ({report.operation: step.add(report)} if step else {})

    def _require_tolerance(self, report: Confirmation, total: Quantity) -> None:
        if total.value > self.plan.limit:
            raise InvalidError(
                f"{total} would be {total - self.plan.ordered} more than ordered, beyond the"
                f" tolerance of {self.plan.over_tolerance:f}",
                code="over_tolerance",
                field=_cause(report),
                hint=f"{self.good + self.scrap + self.rework} of {self.plan.ordered} are reported;"
                " check the count, or have the order raised",
            )

    def _end(self, operation: int) -> bool:
        self.ended = self.ended | {operation}
        if operation != self.last_operation or self.lifecycle in _OVER:
            return False
        self.lifecycle = WORK_ORDER.follow(self.lifecycle, Command.COMPLETE)
        return True

    def _changed(self, at: datetime) -> None:
        self.as_of = at
        self.version += 1


# A late final report says nothing new of these.
_OVER = frozenset({Lifecycle.COMPLETED, Lifecycle.ABORTED})


def _deliver(report: Confirmation) -> Confirmation:
    if report.passed is not None:
        raise InvalidError(
            f"operation {report.operation} hands nothing on, it delivers",
            code="passed_on_at_last_operation",
            field="passed_on",
            hint="report its output as yield",
        )
    return report


def _hand_on(report: Confirmation) -> Confirmation:
    """Output of an operation before the last is no yield of the order."""
    if report.passed is not None and report.good.value:
        raise InvalidError(
            "one output is reported twice",
            code="duplicate_output",
            field="passed_on",
            hint="report it as yield, or as passed on",
        )
    if not report.good.value:
        return report
    zero = Quantity.zero(report.good.unit)
    return replace(report, passed=report.good, good=zero, stocked=None)


def _cause(report: Confirmation) -> str:
    if report.output.value:
        return "yield.value"
    return "rework.value" if report.rework.value else "scrap[0].quantity.value"
