"""The stewardship queue as the graph shows it: codes nobody mapped, and what waits for them."""

from datetime import datetime
from typing import Self

import strawberry

from services.reference.domain.code import CodeDomain, Direction, Document, Waiting

strawberry.enum(CodeDomain, description="What a code is about.")
strawberry.enum(
    Direction,
    name="CodeDirection",
    description="IN: a system's code that has no meaning here; OUT: our code that it has none for.",
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
