"""Codes of one ERP and what they mean here. An unknown code is refused, never guessed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, get_args

from services.kit.errors import InvalidError

CodeKind = Literal["status", "uom", "work_center", "reason", "party", "location", "control_key"]
"""The domains of reference's code maps that an order or a posting uses."""
KINDS: tuple[CodeKind, ...] = get_args(CodeKind)
Domain = CodeKind | Literal["account", "item_record", "plant_record", "standard_cost"]
"""The same, that of the account map (accounts.py), which maps no ERP's words, and of records."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)


class Direction(StrEnum):
    """Which way a code is translated."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Code:
    """`code` of an ERP means `canonical`; at one plant, or with `plant` "" at all of its plants.

    It holds from `valid_from` to before `valid_to`; a draft holds never. `version` counts those of
    the code, and with the approval of this one the version `replaces` ends where it begins.
    """

    kind: CodeKind
    code: str
    canonical: str
    plant: str = ""
    direction: Direction = Direction.BOTH
    version: int = 1
    is_draft: bool = False
    valid_from: datetime = EVER
    valid_to: datetime | None = None
    replaces: int = 0

    def holds(self, at: datetime) -> bool:
        """Whether it is what the code means in something of that time."""
        ended = self.valid_to is not None and self.valid_to <= at
        return not self.is_draft and self.valid_from <= at and not ended


@dataclass(frozen=True, slots=True)
class Question:
    """A code that nobody has mapped: the system's (IN), or ours that it has none for (OUT).

    `at` is the time of what carries it.
    """

    kind: Domain
    system: str
    plant: str
    code: str
    direction: Direction
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an answer: its kind, what it is called, and when it arrived."""

    question: Question
    kind: str
    key: str
    since: datetime


class UnmappedCodeError(InvalidError):
    """A code is not mapped; `question` is what a steward has to answer."""

    default_code = "unmapped_code"

    def __init__(self, message: str, question: Question, *, field: str, hint: str) -> None:
        super().__init__(message, field=field, hint=hint)
        self.question = question


class CodeTable:
    """The codes of a system at a plant, for what is of the time `at`; the plant's own win."""

    def __init__(self, system: str, plant: str, codes: Collection[Code], at: datetime) -> None:
        self._system, self._plant, self._at = system, plant, at
        self._where = f"{system} at {plant}"
        general = [code for code in codes if not code.plant and code.holds(at)]
        local = [code for code in codes if code.plant == plant and code.holds(at)]
        self._in = _incoming(general) | _incoming(local)
        self._out = _outgoing(general) | _outgoing(local)

    def maps(self, kind: CodeKind) -> bool:
        """Whether anybody has mapped any code of this kind: where nobody did, none is used."""
        return any(one == kind for one, _ in self._in)

    def resolve(self, kind: CodeKind, code: str, *, field: str) -> str:
        """What the ERP's code means; raises UnmappedCodeError naming `field`."""
        if canonical := self._in.get((kind, code)):
            return canonical
        raise UnmappedCodeError(
            f"the {kind} {code[:40]!r} of {self._where} is not mapped",
            Question(kind, self._system, self._plant, code, Direction.IN, self._at),
            field=field,
            hint="map it in the code maps; what waits is then read again",
        )

    def express(self, kind: CodeKind, canonical: str, *, field: str) -> str:
        """The ERP's code; raises UnmappedCodeError, InvalidError when it has several."""
        codes = self._out.get((kind, canonical), set())
        if len(codes) == 1:
            return next(iter(codes))
        if not codes:
            raise UnmappedCodeError(
                f"{self._where} has no {kind} for {canonical[:40]!r}",
                Question(kind, self._system, self._plant, canonical, Direction.OUT, self._at),
                field=field,
                hint="map it in the code maps, then replay the posting",
            )
        raise InvalidError(
            f"{self._where} has several codes for the {kind} {canonical}: {sorted(codes)}",
            code="ambiguous_code",
            field=field,
            hint="map all but one of them as incoming only",
        )


def if_approved(codes: Collection[Code]) -> list[Code]:
    """The codes as they would hold if every draft were approved, oldest version first."""
    ends = {
        (one.kind, one.plant, one.code, one.replaces): one.valid_from
        for one in codes
        if one.is_draft and one.replaces
    }
    found = []
    for one in sorted(codes, key=lambda one: one.version):
        end = ends.get((one.kind, one.plant, one.code, one.version), one.valid_to)
        found.append(replace(one, is_draft=False, valid_to=end))
    return found


def _incoming(codes: Iterable[Code]) -> dict[tuple[CodeKind, str], str]:
    return {(c.kind, c.code): c.canonical for c in codes if c.direction is not Direction.OUT}


def _outgoing(codes: Iterable[Code]) -> dict[tuple[CodeKind, str], set[str]]:
    found: dict[tuple[CodeKind, str], set[str]] = {}
    for code in codes:
        if code.direction is not Direction.IN:
            found.setdefault((code.kind, code.canonical), set()).add(code.code)
    return found
