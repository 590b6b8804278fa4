"""What a code means, version by version: each holds for a time, and none is ever lost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.kit.errors import DeniedError, InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.code import (
    CodeDomain,
    Direction,
    Question,
    check_code,
    check_mappable,
)
from services.reference.domain.code_state import MAPPING, Status, Step
from services.reference.domain.cross_reference import check_gtin
from services.reference.domain.names import Key, check_name

EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Holds from the beginning; no system we meet is older."""


@dataclass(frozen=True, slots=True)
class CodeMapping:
    """From `valid_from` to before `valid_to`, `code` of a system means `canonical`.

    At one plant, or with `plant` "" at all of them. `version` counts the versions of a code;
    `replaces` is the one that ends where this one begins, 0 for none. `revision` is the item's, in
    a cross reference to one revision. `steward` drafted it, `approver` is somebody else.
    """

    domain: CodeDomain
    system: str
    plant: str
    code: str
    canonical: str
    direction: Direction = Direction.BOTH
    version: int = 0
    status: Status = Status.DRAFT
    valid_from: datetime = EVER
    valid_to: datetime | None = None
    steward: str = ""
    approver: str = ""
    replaces: int = 0
    revision: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no code, unit or GTIN, and an end before the beginning."""
        check_mappable(self.domain, field="code.domain")
        check_code(self.system, self.plant, self.code, field="code")
        check_name(self.canonical, "canonical")
        if self.domain is CodeDomain.UOM:
            try:
                Quantity.zero(self.canonical)
            except InvalidError as error:
                error.field = "canonical"
                raise
        if self.domain is CodeDomain.GTIN:
            check_gtin(self.code, "code.code")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise InvalidError(
                "a mapping cannot end before it begins", code="bad_interval", field="valid_to"
            )

    @property
    def key(self) -> Key:
        """Domain, system, plant and the system's code; its versions share it."""
        return (self.domain, self.system, self.plant, self.code)

    @property
    def place(self) -> tuple[str, str, str, str, int]:
        """Key and version."""
        return (self.domain, self.system, self.plant, self.code, self.version)

    @property
    def said(self) -> tuple[str, Direction, str, datetime, datetime | None]:
        """What a steward says with it: two versions that say the same are one."""
        return (self.canonical, self.direction, self.revision, self.valid_from, self.valid_to)

    @property
    def answers(self) -> list[Key]:
        """The questions it is an answer to: direction, domain, system, plant, code."""
        found: list[Key] = []
        if self.direction is not Direction.OUT:
            found.append((Direction.IN, self.domain, self.system, self.plant, self.code))
        if self.direction is not Direction.IN:
            found.append((Direction.OUT, self.domain, self.system, self.plant, self.canonical))
        return found

    def holds(self, at: datetime) -> bool:
        """Whether it is the answer for something of that time; a draft never is."""
        return (
            self.status is not Status.DRAFT
            and self.valid_from <= at
            and (self.valid_to is None or at < self.valid_to)
        )

    def overlaps(self, other: "CodeMapping") -> bool:
        """Whether both would hold at some time."""
        begin = max(self.valid_from, other.valid_from)
        return all(end is None or begin < end for end in (self.valid_to, other.valid_to))

    def approve(self, approver: str) -> "CodeMapping":
        """In force; raises DeniedError when the same person drafted it, ConflictError."""
        status = MAPPING.follow(self.status, Step.APPROVE, field="mapping_version")
        if approver == self.steward:
            raise DeniedError(
                f"{approver} drafted this mapping",
                code="second_person_required",
                field="approver",
                hint="another steward has to approve it",
            )
        return replace(self, status=status, approver=approver)

    def retire(self, until: datetime) -> "CodeMapping":
        """Out of force from `until` on, which may not be later than its end; a draft at once."""
        status = MAPPING.follow(self.status, Step.RETIRE, field="mapping_version")
        if self.status is Status.DRAFT:
            return replace(self, status=status, valid_to=self.valid_from)
        if until < self.valid_from or (self.valid_to is not None and self.valid_to < until):
            raise InvalidError(
                "a mapping ends within the time it holds", code="bad_interval", field="until"
            )
        return replace(self, status=status, valid_to=until)


def answers_of(mappings: Iterable[CodeMapping]) -> dict[Key, list[CodeMapping]]:
    """Mappings by the questions they answer."""
    found: dict[Key, list[CodeMapping]] = {}
    for mapping in mappings:
        for question in mapping.answers:
            found.setdefault(question, []).append(mapping)
    return found


def answer(
    question: Question, at: datetime, known: Mapping[Key, Sequence[CodeMapping]]
) -> list[CodeMapping]:
    """What holds then for the plant, else for every plant; empty when nothing does."""
    for key in (question.key, question.general):
        if found := [one for one in known.get(key, ()) if one.holds(at)]:
            return found
    return []
