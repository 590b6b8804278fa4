"""A quality hold: in force when every enforcing service has confirmed it, and lifted likewise."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.kit.errors import ConflictError, InvalidError
from services.kit.machine import Machine
from services.quality.domain.keys import LotKey
from services.quality.domain.sameness import require_same
from services.quality.domain.scope import Scope


class State(StrEnum):
    """How far a hold, or its lifting, has come."""

    BEING_APPLIED = "being_applied"
    IN_FORCE = "in_force"
    BEING_LIFTED = "being_lifted"
    LIFTED = "lifted"


class Block(StrEnum):
    """What a hold stops. Source: domain-model 3.3 (Hold)."""

    POSTING = "posting"
    MOVE = "move"
    CONSUME = "consume"
    SHIP = "ship"


class Command(StrEnum):
    """What happens to a hold."""

    EXTEND = "extend"
    """It covers more lots; not all services have confirmed."""
    SETTLE = "settle"
    """All services have confirmed."""
    RELEASE = "release"


# A report may be repeated, also by a workflow that was recovered: it never contradicts.
HOLD = Machine(
    name="quality.hold",
    noun="hold",
    start=State.BEING_APPLIED,
    next={
        State.BEING_APPLIED: {
            Command.EXTEND: State.BEING_APPLIED,
            Command.SETTLE: State.IN_FORCE,
            Command.RELEASE: State.BEING_LIFTED,
        },
        State.IN_FORCE: {
            Command.EXTEND: State.IN_FORCE,
            Command.SETTLE: State.IN_FORCE,
            Command.RELEASE: State.BEING_LIFTED,
        },
        State.BEING_LIFTED: {
            Command.EXTEND: State.BEING_LIFTED,
            Command.SETTLE: State.LIFTED,
        },
        State.LIFTED: {
            Command.EXTEND: State.LIFTED,
            Command.SETTLE: State.LIFTED,
        },
    },
    final=frozenset({State.LIFTED}),
    proto="plantmesh.quality.v1.HoldState",
    graph="HoldState",
    source="architecture 6 (holds)",
)


@dataclass(frozen=True, slots=True)
class HoldOrder:
    """What somebody asks to be held; `hold_no` is theirs and unique. No `blocks`: all of them.

    Either `lots`, or whatever falls under a `scope`.
    """

    hold_no: str
    plant: str
    lots: tuple[LotKey, ...]
    reason: str
    blocks: tuple[Block, ...] = ()
    scope: Scope | None = None

    def tidy(self) -> "HoldOrder":
        """With lots and blocks sorted, each once: the order they came in says nothing."""
        lots, blocks = tuple(sorted(set(self.lots))), tuple(sorted(set(self.blocks)))
        return replace(self, lots=lots, blocks=blocks)


@dataclass(frozen=True, slots=True)
class Release:
    """Who ended it, when and why."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What was applied, or lifted, of which version of a hold; `complete`: everywhere."""

    hold_no: str
    version: int
    lots: tuple[LotKey, ...]
    complete: bool


@dataclass
class Hold:
    """An order under way. `version` is what enforcing services compare; `covered` counts lots."""

    order: HoldOrder
    placed_by: str
    placed_at: datetime
    as_of: datetime
    state: State = State.BEING_APPLIED
    version: int = 1
    covered: int = 0
    release: Release | None = None

    @property
    def no(self) -> str:
        """Its number."""
        return self.order.hold_no

    def require_same(self, order: HoldOrder) -> None:
        """Raises ConflictError naming the field in which another order differs."""
        require_same(
            self.order,
            order.tidy(),
            what=f"hold {self.no}",
            code="hold_differs",
            hint="a hold stays as it was placed; place another one for more lots",
        )

    def lift(self, release: Release) -> None:
        """Begin to lift; raises ConflictError on one that is released already."""
        self.state = HOLD.follow(self.state, Command.RELEASE, field="")
        self.version += 1
        self.release = release
        self.as_of = release.at

    def report(self, report: Report, at: datetime) -> bool:
        """Note how far it has come; True when that settles it.

        A report of an older version changes nothing. Raises ConflictError on a version that was
        never given.
        """
        if report.version > self.version:
            raise ConflictError(
                f"hold {self.no} is at version {self.version}",
                code="unknown_version",
                field="version",
                hint="report the version that was applied",
            )
        if report.version < self.version:
            return False
        before = self.state
        self.state = HOLD.follow(before, Command.SETTLE if report.complete else Command.EXTEND)
        self.as_of = at
        return self.state is not before


def check_order(order: HoldOrder) -> None:
    """Raises InvalidError naming the lot that is elsewhere, or `lots` where they or a scope, and
    not both, should be.
    """
    if bool(order.lots) == bool(order.scope):
        raise InvalidError(
            "a hold is placed on lots, or on a scope",
            code="bad_scope",
            field="lots",
            hint="name lots, or say what they have in common; not both",
        )
    for place, lot in enumerate(order.lots):
        if lot.plant != order.plant:
            raise InvalidError(
                f"lot {lot} is not in {order.plant}",
                code="foreign_lot",
                field=f"lots[{place}].plant",
                hint="a hold is placed in one plant; what was sent to another is held with it",
            )
