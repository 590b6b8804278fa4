"""A count of stock (physical inventory): what was found, compared with the books of that moment."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.machine import Machine
from services.kit.quantity import Quantity
from services.wms.domain.place import Place, Status

_MOST_TIMES = 2


class CountKey(NamedTuple):
    """A count within its plant."""

    plant: str
    no: str


class State(StrEnum):
    """How far a count is."""

    PLANNED = "planned"
    RECOUNT = "recount"
    COUNTED = "counted"
    POSTED = "posted"
    CANCELLED = "cancelled"


class Command(StrEnum):
    """What happens to a count."""

    COUNT = "count"
    """Some places were counted, not all."""
    DOUBT = "doubt"
    """A place is out of tolerance."""
    FINISH = "finish"
    """The last place was counted."""
    POST = "post"
    CANCEL = "cancel"


STOCK_COUNT = Machine(
    name="wms.stock_count",
    noun="stock count",
    start=State.PLANNED,
    next={
        State.PLANNED: {
            Command.COUNT: State.PLANNED,
            Command.DOUBT: State.RECOUNT,
            Command.FINISH: State.COUNTED,
            Command.CANCEL: State.CANCELLED,
        },
        State.RECOUNT: {
            Command.COUNT: State.RECOUNT,
            Command.DOUBT: State.RECOUNT,
            Command.FINISH: State.COUNTED,
            Command.CANCEL: State.CANCELLED,
        },
        State.COUNTED: {Command.POST: State.POSTED, Command.CANCEL: State.CANCELLED},
        State.POSTED: {},
        State.CANCELLED: {},
    },
    final=frozenset({State.POSTED, State.CANCELLED}),
    proto="plantmesh.wms.v1.StockCountState",
    graph="StockCountState",
    source="domain-model 3.3 (COUNT_ADJUST)",
)


@dataclass
class Line:
    """One place: `book` is what the books said when it was counted last."""

    place: Place
    book: Quantity | None = None
    counted: Quantity | None = None
    times: int = 0
    by: str = ""

    @property
    def difference(self) -> Quantity | None:
        """What the books lack, negative where they have too much; None before the first count."""
        return None if self.counted is None or self.book is None else self.counted - self.book

    def settled(self, tolerance: Decimal) -> bool:
        """Counted twice, or once and no more than `tolerance` percent off; exactly that will do."""
        difference = self.difference
        if difference is None or self.book is None:
            return False
        allowed = abs(Fraction(self.book.value)) * Fraction(tolerance) / 100
        return self.times >= _MOST_TIMES or abs(Fraction(difference.value)) <= allowed


@dataclass
class StockCount:
    """A document: its places, and the percentage by which a first count may be off."""

    key: CountKey
    tolerance: Decimal
    as_of: datetime
    state: State = State.PLANNED
    lines: dict[Place, Line] = field(default_factory=dict)

    def record(self, place: Place, found: Quantity, book: Quantity, by: str) -> None:
        """Note what was found; raises NotFoundError, InvalidError or ConflictError by field."""
        STOCK_COUNT.follow(self.state, Command.COUNT, field="")
        line = self.lines.get(place)
        if line is None:
            raise NotFoundError(
                f"count {self.key.no} has no {place}",
                code="unknown_place",
                field="stock",
                hint="count what was planned, and plan another count for the rest",
            )
        if found.value < 0:
            raise InvalidError(
                f"{found} cannot be found", code="negative_count", field="quantity.value"
            )
        if line.settled(self.tolerance):
            raise ConflictError(
                f"{place} was counted already", code="counted_already", field="stock"
            )
        self.lines[place] = Line(place, book, found, line.times + 1, by)

    def judge(self, at: datetime) -> None:
        """Take the state that follows from what is counted by now."""
        open_lines = [one for one in self.lines.values() if not one.settled(self.tolerance)]
        command = Command.COUNT if open_lines else Command.FINISH
        if any(one.times for one in open_lines):
            command = Command.DOUBT
        self.follow(command, at)

    def follow(self, command: Command, at: datetime) -> None:
        """Raises ConflictError where its state does not allow it."""
        self.state = STOCK_COUNT.follow(self.state, command, field="")
        self.as_of = at


def check_place(place: Place, plant: str) -> None:
    """Raises InvalidError on stock that lies elsewhere, or that nobody can count."""
    if place.lot.plant != plant:
        raise InvalidError(
            f"{place} is in {place.lot.plant}",
            code="foreign_place",
            field="plant",
            hint="a count is of one plant",
        )
    if place.status is Status.IN_TRANSIT:
        raise InvalidError(
            "stock in transit is nowhere to be counted", code="wrong_status", field="status"
        )
