"""What mapping an order again would change, field by field, and the digest a reviewer agrees to."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from services.erp.domain.codes import Code, CodeKind
from services.kit.quantity import Quantity


@dataclass(frozen=True, slots=True, order=True)
class FieldChange:
    """A field as stored, and as it would be; "" where it is not there."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document whose orders would differ; `refusal` = why it cannot be mapped any more."""

    raw_input: int
    document: str
    fields: tuple[FieldChange, ...]
    refusal: str = ""


@dataclass(frozen=True, slots=True, order=True)
class DraftName:
    """A draft that a diff was made with."""

    kind: CodeKind
    plant: str
    code: str
    version: int

    @classmethod
    def of(cls, code: Code) -> "DraftName":
        """Its name."""
        return cls(code.kind, code.plant, code.code, code.version)

    def __str__(self) -> str:
        """As people name it."""
        return f"{self.kind} {self.code}{f' at {self.plant}' if self.plant else ''} {self.version}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Orders of a system whose newest change is of `since` or later, in the ERP's time."""

    system: str
    since: datetime
    with_drafts: bool = False


@dataclass(frozen=True, slots=True)
class Diff:
    """`compared` orders, of which `changes` would differ; by order."""

    scope: Scope
    compared: int
    changes: Sequence[DocumentChange]
    drafts: Sequence[DraftName] = ()

    @property
    def digest(self) -> str:
        """The same for the same changes to the same documents, whatever proposed them."""
        told = [
            [one.document, one.refusal, [[f.field, f.old, f.new] for f in one.fields]]
            for one in self.changes
        ]
        content = [self.scope.system, self.scope.since.isoformat(), told]
        return sha256(json.dumps(content).encode()).hexdigest()[:16]


class State(StrEnum):
    """How far a diff is."""

    REVIEWED = "reviewed"
    APPLYING = "applying"
    APPLIED = "applied"


class Outcome(StrEnum):
    """What became of a document of a diff that is applied."""

    OPEN = "open"
    APPLIED = "applied"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Review:
    """A diff as it is kept: who looked at it, and who applied it."""

    id: int
    digest: str
    scope: Scope
    drafts: tuple[DraftName, ...]
    compared: int
    changed: int
    refused: int
    state: State
    reviewed_by: str
    reviewed_at: datetime
    applied_by: str
    applied_at: datetime | None
    ended_at: datetime | None


def differences(old: object, new: object, name: str = "") -> tuple[FieldChange, ...]:
    """The fields of two orders that differ, by name, below `name` where one is given."""
    before, after = dict(_flat(name, old)), dict(_flat(name, new))
    return tuple(
        FieldChange(name, before.get(name, ""), after.get(name, ""))
        for name in sorted(before.keys() | after.keys())
        if before.get(name, "") != after.get(name, "")
    )


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Quantity):
        yield name, f"{value.text} {value.unit}"
    elif is_dataclass(value):
        for one in fields(value):
            yield from _flat(f"{name}.{one.name}".lstrip("."), getattr(value, one.name))
    elif isinstance(value, tuple):
        yield from _each(name, value)
    elif value is not None:
        yield name, value.isoformat() if isinstance(value, datetime) else str(value)


def _each(name: str, values: Iterable[object]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(values):
        yield from _flat(f"{name}[{place}]", one)
