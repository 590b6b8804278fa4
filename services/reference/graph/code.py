"""Codes of outside systems: what they mean, version by version, and which wait for a steward."""

from datetime import datetime
from typing import Self

import strawberry

from services.reference.domain.code import CodeDomain, Direction, Document, Waiting
from services.reference.domain.code_mapping import EVER
from services.reference.domain.code_mapping import CodeMapping as Mapping
from services.reference.domain.code_state import Status

strawberry.enum(CodeDomain, description="What a code is about.")
strawberry.enum(
    Direction,
    name="CodeDirection",
    description="IN: a system's code that has no meaning here; OUT: our code that it has none for.",
)
strawberry.enum(
    Status, name="CodeStatus", description="A draft is no answer; a retired one was till its end."
)


@strawberry.type(description="A version of what a code of an outside system means.")
class CodeMapping:
    """By the code and the version; none is ever lost."""

    domain: CodeDomain
    system: str
    plant: str | None = strawberry.field(description="Null: of every plant.")
    code: str
    canonical: str = strawberry.field(description="What we call it.")
    direction: Direction
    version: int
    status: Status
    valid_from: datetime | None = strawberry.field(description="Null: always so far.")
    valid_to: datetime | None = strawberry.field(description="It does not hold from here on.")
    steward: str = strawberry.field(description="Who drafted it.")
    approver: str | None = strawberry.field(description="Somebody else; null on a draft.")
    replaces: int | None = strawberry.field(description="The version that ends where it begins.")

    @classmethod
    def of(cls, one: Mapping) -> Self:
        """Wrap a domain mapping."""
        return cls(
            domain=one.domain,
            system=one.system,
            plant=one.plant or None,
            code=one.code,
            canonical=one.canonical,
            direction=one.direction,
            version=one.version,
            status=one.status,
            valid_from=None if one.valid_from == EVER else one.valid_from,
            valid_to=one.valid_to,
            steward=one.steward,
            approver=one.approver or None,
            replaces=one.replaces or None,
        )


@strawberry.type(description="What a service keeps until a code is mapped.")
class WaitingDocument:
    """Such as an order of an ERP."""

    kind: str
    key: str = strawberry.field(description='What its service calls it, such as "lyon/4711".')
    since: datetime

    @classmethod
    def of(cls, one: Document) -> Self:
        """Wrap a domain record."""
        return cls(kind=one.kind, key=one.key, since=one.since)


@strawberry.type(description="A code that nobody has mapped, and what waits behind it.")
class WaitingCode:
    """An entry of the queue."""

    domain: CodeDomain
    system: str
    plant: str | None = strawberry.field(description="Null: of every plant.")
    code: str
    direction: Direction
    owner: str = strawberry.field(description="The team that maps it.")
    first_seen: datetime
    seen: int = strawberry.field(description="How many documents met it.")
    documents: int = strawberry.field(description="How many documents wait.")
    first: list[WaitingDocument] = strawberry.field(description="The oldest of them, five at most.")

    @classmethod
    def of(cls, row: tuple[int, Waiting]) -> Self:
        """Wrap an entry."""
        _, one = row
        asked = one.unmapped.question
        return cls(
            domain=asked.domain,
            system=asked.system,
            plant=asked.plant or None,
            code=asked.code,
            direction=asked.direction,
            owner=one.unmapped.owner,
            first_seen=one.unmapped.first_seen,
            seen=one.unmapped.seen,
            documents=one.documents,
            first=[WaitingDocument.of(each) for each in one.first],
        )
