"""A confirmation is taken back by another one, once and whole; neither is ever deleted."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.kit.clock import Instant
from services.kit.errors import ConflictError
from services.kit.machine import Machine
from services.mes.domain.confirmation import Booked, differs
from services.mes.domain.keys import OrderKey, ReportKey


class State(StrEnum):
    """Where a booked confirmation stands."""

    BOOKED = "booked"
    REVERSED = "reversed"


class Command(StrEnum):
    """What can be done to a booked confirmation."""

    REVERSE = "reverse"


CONFIRMATION = Machine(
    name="mes.confirmation",
    noun="confirmation",
    start=State.BOOKED,
    next={State.BOOKED: {Command.REVERSE: State.REVERSED}, State.REVERSED: {}},
    final=frozenset({State.REVERSED}),
    proto="plantmesh.mes.v1.ConfirmationState",
    graph="ConfirmationState",
    source="domain-model 3.2 (OperationConfirmation)",
    columns=("SAP (k)",),
    called={State.BOOKED: ("AFRU",), State.REVERSED: ("AFRU, STOKZ = X",)},
)


@dataclass(frozen=True, slots=True)
class Reversal:
    """A reversing confirmation as somebody asks for it; `no` is the number it takes back."""

    id: str
    order: OrderKey
    no: int
    reason: str
    occurred_at: Instant

    @property
    def key(self) -> ReportKey:
        """What makes it one and the same, however often it arrives."""
        return ReportKey(self.order.plant, self.id)

    def replay(self, booked: Booked) -> None:
        """Raises ConflictError unless `booked` is this one."""
        report = booked.report
        theirs = (report.order, booked.reverses, booked.reason, report.occurred_at)
        if theirs != (self.order, self.no, self.reason, self.occurred_at):
            raise differs(self.id)

    def check(self, booked: Booked) -> None:
        """Raises ConflictError on one that was taken back before, or takes back itself."""
        CONFIRMATION.follow(state_of(booked), Command.REVERSE, field="reverses.confirmation_no")
        if booked.reverses:
            raise ConflictError(
                f"confirmation {booked.no} takes {booked.reverses} back itself",
                code="not_reversible",
                field="reverses.confirmation_no",
                hint="report again what did happen",
            )

    def of(self, booked: Booked, no: int) -> Booked:
        """The confirmation with this number that takes `booked` back."""
        report = replace(-booked.report, id=self.id, occurred_at=self.occurred_at)
        return Booked(no, report, reverses=booked.no, reason=self.reason)


def state_of(booked: Booked) -> State:
    """Where it stands."""
    return State.REVERSED if booked.reversed_by else State.BOOKED
