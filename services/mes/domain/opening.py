"""What a plant that already runs says of its floor: open orders, lots, and what was made of what.

A row says how something stood at `as_of`. What was reported here until then is part of it, what is
reported later adds to it; where somebody here has said otherwise since, that stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.mes.domain.genealogy import Cause, Edge, Link, Record
from services.mes.domain.keys import LotKey, OrderKey, ReportKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.lot import Lot
from services.mes.domain.lot_state import LotDisposition, LotQuality
from services.mes.domain.progress import Progress


class Opens(Protocol):
    """A row: `name` is its key, `as_of` when it was so."""

    @property
    def name(self) -> str:
        """Unique among rows of its kind."""
        ...

    @property
    def plant(self) -> str:
        """Where it is."""
        ...

    @property
    def as_of(self) -> Instant:
        """When it was so."""
        ...


T = TypeVar("T", bound=Opens)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """A row that was taken over.

    `before` are amounts reported here until its `as_of`, `version` is that of what it opened then,
    0 where something said here `stands` against it; `times` is how often another row came for it.
    `made` is what the amounts of an operation became in the unit of its order.
    """

    row: T
    version: int = 0
    before: tuple[Decimal, ...] = ()
    times: int = 1
    stands: bool = False
    made: tuple[Decimal, ...] = ()

    def at(self, version: int) -> "Loaded[T]":
        """With the version of what it opened."""
        return replace(self, version=0 if self.stands else version)


class Choice(NamedTuple):
    """One thing that a row says: what it said before, what is here, what it says now."""

    name: str
    base: Any
    here: Any
    told: Any
    stays: bool
    """Somebody here said it later."""

    @property
    def is_taken(self) -> bool:
        """It replaces what is here, which nobody here has changed later."""
        return bool(self.told != self.here and (self.here == self.base or not self.stays))

    @property
    def is_superseded(self) -> bool:
        """What is here stands."""
        return bool(self.told != self.here and not self.is_taken)


@dataclass(frozen=True, slots=True)
class OpenOperation:
    """What an operation of an order had made by `as_of` in all; 0 is the order's last.

    Raises InvalidError naming the column.
    """

    order: OrderKey
    operation: int
    lifecycle: Lifecycle
    made: Progress
    final: bool
    as_of: Instant

    def __post_init__(self) -> None:
        """Refuse what is no open order, and amounts below nothing."""
        if self.lifecycle not in OPEN:
            raise InvalidError(
                f"an order that is {self.lifecycle} is not open",
                code="not_open",
                field="lifecycle",
                hint=f"one of {', '.join(OPEN)}",
            )
        for column in COLUMNS:
            if getattr(self.made, column).value < 0:
                raise InvalidError("nobody makes less than nothing", code="negative", field=column)

    @property
    def name(self) -> str:
        """Plant, order, operation."""
        return f"{self.order}/{self.operation}"

    @property
    def plant(self) -> str:
        """The order's."""
        return self.order.plant


COLUMNS = ("good", "scrap", "rework")
"""Those of amounts, in the order of Progress."""
OPEN = (
    Lifecycle.RELEASED,
    Lifecycle.DISPATCHED,
    Lifecycle.READY,
    Lifecycle.RUNNING,
    Lifecycle.HELD,
    Lifecycle.SUSPENDED,
    Lifecycle.COMPLETED,
)


@dataclass(frozen=True, slots=True)
class OpenLot:
    """A lot as it was; how much is left of it is the warehouse's to say."""

    key: LotKey
    quality: LotQuality
    disposition: LotDisposition
    as_of: Instant
    order_no: str = ""
    expiry: Instant | None = None
    country: str = ""
    supplier_lot: str = ""
    manufacturer: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """CONSUMED is shown, never kept."""
        if self.quality is LotQuality.CONSUMED:
            raise InvalidError(
                "a lot of which nothing is left is what it was",
                code="not_kept",
                field="quality",
                hint="say what quality thought of it last",
            )

    @property
    def name(self) -> str:
        """Plant, item, lot."""
        return str(self.key)

    @property
    def plant(self) -> str:
        """The lot's."""
        return self.key.plant

    @property
    def expiry_at(self) -> datetime | None:
        """The moment."""
        return self.expiry.moment if self.expiry else None

    def choices(self, known: "OpenLot | None", lot: Lot) -> Iterator[Choice]:
        """Between this row, the `known` one of before, and the lot as it is.

        Whose lot it is and what quality thinks of it is never unsaid by a file.
        """
        base = known or OpenLot(self.key, LotQuality.CREATED, LotDisposition.PLANNED, self.as_of)
        later = lot.as_of > self.as_of.moment
        for name in _SAID:
            before, here, told = (getattr(one, name) for one in (base, lot, self))
            spoken = name == "quality" and lot.judged > 0
            stays = later or name in _NEVER_UNSAID
            yield Choice(name, None if spoken else before, here, told, stays)


_NEVER_UNSAID = ("order_no", "quality")
_SAID = (
    *_NEVER_UNSAID,
    *("disposition", "expiry_at", "country", "supplier_lot", "manufacturer", "attributes"),
)


@dataclass(frozen=True, slots=True)
class OpenEdge:
    """That a lot went into another; `void` says that an edge loaded before did not happen so."""

    edge: Edge
    operation: int
    equipment: str
    occurred_at: Instant
    as_of: Instant
    void: bool = False

    @property
    def link(self) -> Link:
        """From which lot to which."""
        return self.edge.link

    @property
    def name(self) -> str:
        """Both lots, the order and its operation."""
        link = self.link
        return f"{link.source} > {link.target} {link.order.order_no}/{self.operation}"

    @property
    def plant(self) -> str:
        """Where it happened."""
        return self.link.target.plant

    def event(self, times: int) -> ReportKey:
        """The event that it stands for, the so many-th time that it was told."""
        return ReportKey(
            self.plant, f"{EVENTS}{sha256(self.name.encode()).hexdigest()[:24]}/{times}"
        )

    def record(self, times: int) -> Record:
        """It with its event."""
        event = self.event(times)
        return Record(self.edge, Cause(event.id, self.occurred_at, self.operation, self.equipment))


EVENTS = "opening/"
"""What ids of events that were loaded begin with."""


def less(one: Progress, other: Progress) -> Progress:
    """What is left of it."""
    return Progress(one.good - other.good, one.scrap - other.scrap, one.rework - other.rework)


def plus(one: Progress, other: Progress) -> Progress:
    """Both."""
    return Progress(one.good + other.good, one.scrap + other.scrap, one.rework + other.rework)


def amounts(made: Progress) -> tuple[Decimal, ...]:
    """Bare: good, scrap, rework."""
    return made.good.value, made.scrap.value, made.rework.value


def progress(bare: tuple[Decimal, ...], unit: str) -> Progress:
    """From `amounts`; none are nothing."""
    good, scrap, rework = (Quantity(one, unit) for one in bare or (Decimal(0),) * 3)
    return Progress(good, scrap, rework)
