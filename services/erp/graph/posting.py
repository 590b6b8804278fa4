"""A posting as people follow it: what it books, how far it is, and why it waits."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from services.erp.domain import posting as domain
from services.erp.domain.keys import LotKey
from services.erp.domain.posting_state import PostingState
from services.erp.ports import PostingRecord
from services.kit.graph import Quantity

if TYPE_CHECKING:
    from services.erp.graph.entities import Lot

strawberry.enum(domain.Kind, name="PostingKind", description="What a posting does to the order.")


strawberry.enum(PostingState, description="How far a posting is.")
LotOf = Callable[[LotKey], "Lot"]


@strawberry.type(description="So much of an item; lot is null where it is not kept in lots.")
class PostingLine:
    """A line of a posting."""

    item_no: str
    lot_no: str | None
    lot: Annotated["Lot", strawberry.lazy("services.erp.graph.entities")] | None
    quantity: Quantity
    reason: str | None = strawberry.field(description="Why it is scrap.")

    @classmethod
    def of(cls, plant: str, line: domain.Line, lot_of: LotOf) -> Self:
        """A line of a posting of `plant`."""
        lot = lot_of(LotKey(plant, line.item_no, line.lot_no)) if line.lot_no else None
        return cls(
            item_no=line.item_no,
            lot_no=line.lot_no or None,
            lot=lot,
            quantity=Quantity.of(line.quantity),
            reason=line.reason or None,
        )


@strawberry.type(description="What happened on the floor, on its way into the ERP.")
class Posting:
    """An entry of a lane toward an ERP."""

    reference: str = strawberry.field(description="Our unique key of it, known to the ERP too.")
    system: str = strawberry.field(description="The ERP it goes to.")
    kind: domain.Kind | None = strawberry.field(
        description="Null when its content cannot be read any more; the lane refuses it then."
    )
    lines: list[PostingLine]
    business_date: date | None = strawberry.field(description="In the plant's time zone.")
    state: PostingState
    document: str | None = strawberry.field(description="What the ERP calls it.")
    reason: str | None = strawberry.field(
        description="Why it is set aside, refused or skipped, or what went wrong last."
    )
    attempts: int
    as_of: datetime = strawberry.field(description="When it was settled, else when accepted.")

    @classmethod
    def of(cls, record: PostingRecord, lot_of: LotOf) -> Self:
        """Wrap what the lane says."""
        posting = record.posting
        plant = record.order.plant
        return cls(
            reference=record.reference,
            system=record.system,
            kind=posting.kind if posting else None,
            lines=[PostingLine.of(plant, line, lot_of) for line in posting.lines]
            if posting
            else [],
            business_date=posting.business_date if posting else None,
            state=PostingState.HELD if record.is_held else PostingState(record.state),
            document=record.document or None,
            reason=(record.aside if record.is_held else record.reason) or None,
            attempts=record.attempts,
            as_of=record.since,
        )
