"""Codes of outside systems, and what is asked about them. What nobody has mapped waits.

So does what lacks a record of master data; it stands in the same queue, as a question about it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kit.errors import InvalidError
from services.reference.domain.names import Key, check_name, check_plant


class CodeDomain(StrEnum):
    """What a code is about; from SUPPLIER_PART on they are schemes of cross references to items."""

    STATUS = "status"
    UOM = "uom"
    REASON = "reason"
    MOVEMENT = "movement"
    DISPOSITION = "disposition"
    WORK_CENTER = "work_center"
    CONTROL_KEY = "control_key"
    """Of an operation of a routing: confirm, milestone, unreported or none."""
    LOCATION = "location"
    PARTY = "party"
    CURRENCY = "currency"
    INCOTERM = "incoterm"
    ACCOUNT = "account"
    ITEM_RECORD = "item_record"
    PLANT_RECORD = "plant_record"
    STANDARD_COST = "standard_cost"
    """Of the item `code` at the plant; like the two before, a record answers it and no mapping."""
    ITEM = "item"
    SUPPLIER_PART = "supplier_part"
    BUYER_PART = "buyer_part"
    GTIN = "gtin"
    GLOBAL_ASSET_ID = "global_asset_id"

    @property
    def names_items(self) -> bool:
        """Whether its codes mean item numbers."""
        return self in _ITEMS

    @property
    def is_record(self) -> bool:
        """Whether a record of master data is the answer, and nothing can be mapped."""
        return self in _RECORDS


_RECORDS = (CodeDomain.ITEM_RECORD, CodeDomain.PLANT_RECORD, CodeDomain.STANDARD_COST)
_ITEMS = frozenset(list(CodeDomain)[list(CodeDomain).index(CodeDomain.ITEM) :])
OWNERS: Mapping[CodeDomain, str] = {
    **dict.fromkeys(CodeDomain, "master-data"),
    CodeDomain.ACCOUNT: "finance",
    CodeDomain.STANDARD_COST: "finance",
    CodeDomain.STATUS: "production",
    CodeDomain.REASON: "production",
    CodeDomain.WORK_CENTER: "production",
    CodeDomain.CONTROL_KEY: "production",
    CodeDomain.MOVEMENT: "supply",
    CodeDomain.LOCATION: "supply",
    CodeDomain.DISPOSITION: "quality",
}
"""The team that maps the codes of a domain, or keeps its records, as OWNERS.yaml has it."""


class Direction(StrEnum):
    """IN = the system's code to ours, OUT = ours to the system's."""

    IN = "in"
    OUT = "out"
    BOTH = "both"


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


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A question nobody has answered, met by so many documents: it waits in the queue."""

    question: Question
    first_seen: datetime
    seen: int

    @property
    def owner(self) -> str:
        """The team that answers it."""
        return OWNERS[self.question.domain]


@dataclass(frozen=True, slots=True)
class Document:
    """What a service keeps until its question is answered, such as an order of an ERP.

    `since` = when it arrived, `at` = its own time: the answer must hold then.
    """

    question: Question
    kind: str
    key: str
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of the stewardship queue: so many documents wait, the first of them by name."""

    unmapped: Unmapped
    documents: int
    first: tuple[Document, ...] = ()


def check_code(system: str, plant: str, code: str, *, field: str) -> None:
    """Raises InvalidError naming the part below `field`; a code may be any text but none."""
    check_name(system, f"{field}.system".lstrip("."))
    if not code:
        raise InvalidError("a code needs its text", field=f"{field}.code".lstrip("."))
    if plant:
        check_plant(plant, field=f"{field}.plant".lstrip("."))


def check_mappable(domain: CodeDomain, *, field: str) -> None:
    """Raises InvalidError naming `field` where a record is the answer."""
    if domain.is_record:
        raise InvalidError(
            f"a {domain} is not mapped",
            code="not_a_code",
            field=field,
            hint="put the record into the master data; what waits goes on by itself",
        )


def keys_of(questions: Iterable[Question]) -> set[Key]:
    """Domain, system, plant and code asked for, at the plant and at every plant."""
    return {key[1:] for one in questions for key in (one.key, one.general)}
