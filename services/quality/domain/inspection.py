"""An inspection: what was submitted, what was measured, and what became of which part."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.kit.errors import ConflictError, InvalidError, located
from services.kit.measures import Measured
from services.kit.quantity import Quantity
from services.quality.domain.disposition import Disposition
from services.quality.domain.keys import InspectionKey, LotKey, number_of
from services.quality.domain.lifecycle import INSPECTION, Command, State
from services.quality.domain.result import Result
from services.quality.domain.sameness import require_same


@dataclass
class Inspection:
    """One lot as one order made it. Quantities share the unit of the first submission, into which
    others are restated by the lot's own ratio (`restated`, docs/adr/0025).

    `measured` and `failed` count the points of measurement by their last version; `version` rises
    with every change and is 0 before the first submission.
    """

    id: int
    key: InspectionKey
    submitted: Quantity
    decided: Quantity
    as_of: datetime
    state: State = State.CREATED
    measured: int = 0
    failed: int = 0
    version: int = 0
    dispositions: dict[int, Disposition] = field(default_factory=dict)
    """By split number."""

    @property
    def no(self) -> str:
        """What people and other services call it."""
        return number_of(self.id)

    @property
    def lot(self) -> LotKey:
        """The lot that is inspected."""
        return self.key.lot

    @property
    def undecided(self) -> Quantity:
        """What waits for a disposition."""
        return self.submitted - self.decided

    def restated(self, quantity: Quantity, items: Measured) -> Quantity:
        """In the unit here, by the lot's ratio before its item's.

        Raises InvalidError naming `unit` where nothing leads there, `value` where it is not exact.
        """
        return items.restate(self.lot.goods, quantity, self.submitted.unit)

    def submit(self, quantity: Quantity, at: datetime) -> None:
        """Grow by a positive quantity, in the unit here."""
        self.submitted += quantity
        self._step(Command.SUBMIT, at)

    def record(self, result: Result, corrected: Result | None, at: datetime) -> None:
        """Count a result; `corrected` is the one it replaces."""
        self._step(Command.RECORD, at)
        self.measured += corrected is None
        self.failed += (not result.passed) - (corrected is not None and not corrected.passed)

    def decide(self, made: Disposition, items: Measured, at: datetime) -> Disposition | None:
        """Dispose of a part; None when this was decided before (a repeat).

        Raises ConflictError when the split was decided otherwise or the state takes no decision,
        InvalidError when the parts would exceed what was submitted. The part, in the unit here.
        """
        with located("disposition"):
            part = self._converted(made, items)
            if known := self.dispositions.get(part.split_no):
                require_same(
                    known,
                    part,
                    what=f"split {part.split_no} of {self.no}",
                    code="disposition_differs",
                    hint="a decision stays; give the next part a split number of its own",
                )
                return None
            self._require_left(part.quantity)
        step = Command.FINISH if part.quantity == self.undecided else Command.DECIDE
        self._step(step, at)
        self.decided += part.quantity
        self.dispositions[part.split_no] = part
        return part

    def command(self, command: Command, at: datetime) -> None:
        """Raises ConflictError where the lifecycle has no such step, or it would lose decisions."""
        if command is Command.CANCEL and self.dispositions:
            raise ConflictError(
                f"{self.decided} of {self.no} are decided",
                code="partly_decided",
                field="command",
                hint="decide the rest; what was decided has had its effect",
            )
        self._step(command, at, field="command")

    def _converted(self, made: Disposition, items: Measured) -> Disposition:
        """What was decided as the same before stays what it became."""
        given, known = made.quantity, self.dispositions.get(made.split_no)
        if given.value <= 0:
            raise InvalidError(
                "a decision is about something", code="not_positive", field="quantity.value"
            )
        if given.unit == self.submitted.unit:
            return made
        if known and known.given == given:
            return replace(made, quantity=known.quantity, given=given)
        with located("quantity"):
            return replace(made, quantity=self.restated(given, items), given=given)

    def _require_left(self, quantity: Quantity) -> None:
        if not quantity <= self.undecided:
            raise InvalidError(
                f"{quantity} are more than the {self.undecided} that wait for a decision",
                code="over_disposed",
                field="quantity.value",
                hint=f"{self.submitted} were submitted, {self.decided} are decided",
            )

    def _step(self, command: Command, at: datetime, *, field: str = "inspection_no") -> None:
        self.state = INSPECTION.follow(self.state, command, field=field)
        self.as_of = at
        self.version += 1
