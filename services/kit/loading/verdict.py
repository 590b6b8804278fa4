"""What became of each row of a file."""

from dataclasses import dataclass, field
from enum import StrEnum, auto

from services.kit.errors import DomainError

MOST_NOTES = 1000
"""Of which the caller hears; all are counted."""


class Outcome(StrEnum):
    """Of one row; the names are the contract's."""

    CREATED = auto()
    CORRECTED = auto()
    UNCHANGED = auto()
    SUPERSEDED = auto()
    """Something newer than the row stands."""
    REFUSED = auto()
    DIFFERENT = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text` says what changed or what stands; `told` and `found` are a recount's two values."""

    outcome: Outcome
    text: str = ""
    told: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A verdict on a row, with what a refusal says."""

    row: int
    key: str
    verdict: Verdict
    column: str = ""
    code: str = ""
    hint: str = ""


@dataclass(slots=True)
class Report:
    """`outcomes` by row; the first rows are those a caller has to look at."""

    rows: int = 0
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    note_count: int = 0
    stored: bool = False

    def say(self, row: int, key: str, verdict: Verdict) -> None:
        """What became of it."""
        self.outcomes[row] = verdict.outcome
        if verdict.text or verdict.told or verdict.found:
            self._keep(Note(row, key, verdict))

    def refuse(self, row: int, key: str, error: DomainError) -> None:
        """The refusal, by row and column."""
        self.outcomes[row] = Outcome.REFUSED
        verdict = Verdict(Outcome.REFUSED, str(error))
        column = error.field.removesuffix(".value").replace(".", "_")
        self._keep(Note(row, key, verdict, column, error.code, error.hint))

    def count(self, outcome: Outcome) -> int:
        """How many rows it became of."""
        return sum(one is outcome for one in self.outcomes.values())

    def _keep(self, note: Note) -> None:
        self.note_count += 1
        if len(self.notes) < MOST_NOTES:
            self.notes.append(note)
