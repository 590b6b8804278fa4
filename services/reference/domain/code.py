"""What the codes of outside systems mean here. What nobody has mapped waits for a steward."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kit.errors import InvalidError
from services.kit.quantity import Quantity
from services.reference.domain.names import Key, check_name, check_plant


class CodeDomain(StrEnum):
    """What a code is about; each has its owner in OWNERS.yaml."""

    STATUS = "status"
    UOM = "uom"
    REASON = "reason"
    MOVEMENT = "movement"
    DISPOSITION = "disposition"
    WORK_CENTER = "work_center"
    LOCATION = "location"
    PARTY = "party"
    ITEM = "item"


class Direction(StrEnum):
    """IN = the system's code to ours, OUT = ours to the system's."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class CodeMapping:
    """`code` of a system means `canonical`; at one plant, or with `plant` "" at all of them.

    `version` rises with every approval.
    """

    domain: CodeDomain
    system: str
    plant: str
    code: str
    canonical: str
    direction: Direction = Direction.BOTH
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a unit that is none."""
        check_code(self.system, self.plant, self.code, field="code")
        check_name(self.canonical, "canonical")
        if self.domain is CodeDomain.UOM:
            try:
                Quantity.zero(self.canonical)
            except InvalidError as error:
                error.field = "canonical"
                raise

    @property
    def key(self) -> Key:
        """Domain, system, plant and the system's code."""
        return (self.domain, self.system, self.plant, self.code)

    @property
    def answers(self) -> list[Key]:
        """The questions it is an answer to: direction, domain, system, plant, code."""
        found: list[Key] = []
        if self.direction is not Direction.OUT:
            found.append((Direction.IN, self.domain, self.system, self.plant, self.code))
        if self.direction is not Direction.IN:
            found.append((Direction.OUT, self.domain, self.system, self.plant, self.canonical))
        return found


@dataclass(frozen=True, slots=True)
class Question:
    """What does `code` of the system mean (IN); what does the system call our `code` (OUT)."""

    domain: CodeDomain
    system: str
    plant: str
    code: str
    direction: Direction = Direction.IN

    def __post_init__(self) -> None:
        """Refuse what could never be mapped."""
        check_code(self.system, self.plant, self.code, field="")

    @property
    def key(self) -> Key:
        """What makes it the same question."""
        return (self.direction, self.domain, self.system, self.plant, self.code)

    @property
    def general(self) -> Key:
        """The same for every plant."""
        return (self.direction, self.domain, self.system, "", self.code)

    def answer(self, answers: Mapping[Key, Sequence[CodeMapping]]) -> Sequence[CodeMapping]:
        """What is said for the plant, else for every plant; empty when nothing is."""
        return answers.get(self.key) or answers.get(self.general, ())


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A question nobody has answered: it waits in the stewardship queue."""

    question: Question
    first_seen: datetime
    seen: int


def answers_of(mappings: Iterable[CodeMapping]) -> dict[Key, list[CodeMapping]]:
    """Mappings by the questions they answer."""
    found: dict[Key, list[CodeMapping]] = {}
    for mapping in mappings:
        for question in mapping.answers:
            found.setdefault(question, []).append(mapping)
    return found


def check_code(system: str, plant: str, code: str, *, field: str) -> None:
    """Raises InvalidError naming the part below `field`; a code may be any text but none."""
    check_name(system, f"{field}.system".lstrip("."))
    if not code:
        raise InvalidError("a code needs its text", field=f"{field}.code".lstrip("."))
    if plant:
        check_plant(plant, field=f"{field}.plant".lstrip("."))
