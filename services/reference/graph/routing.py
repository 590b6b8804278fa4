"""A routing as the graph shows it: the steps that make an item."""

from datetime import date
from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.reference.domain import routing as domain

strawberry.enum(
    domain.Dependency,
    name="OperationDependency",
    description="When a step may begin, against another (B2MML SegmentDependency).",
)


@strawberry.type(description="A step of a routing.")
class RoutingOperation:
    """Steps go by their sequence."""

    sequence: int
    segment: str | None
    work_center: str | None
    setup: Quantity | None
    run_per_unit: Quantity | None = strawberry.field(description="For one base unit of the item.")
    confirmed: bool = strawberry.field(description="The floor reports it.")
    milestone: bool = strawberry.field(description="Its report stands for the steps before it.")
    auto_receipt: bool = strawberry.field(description="Its yield is received into stock.")
    dependency: domain.Dependency
    depends_on: int | None = strawberry.field(description="A sequence; null: the one before.")
    inspection_plan: str | None

    @classmethod
    def of(cls, one: domain.Operation) -> Self:
        """Wrap a domain operation."""
        return cls(
            sequence=one.sequence,
            segment=one.segment or None,
            work_center=one.work_center or None,
            setup=Quantity.of(one.setup) if one.setup else None,
            run_per_unit=Quantity.of(one.run_per_unit) if one.run_per_unit else None,
            confirmed=one.confirmed,
            milestone=one.milestone,
            auto_receipt=one.auto_receipt,
            dependency=one.dependency,
            depends_on=one.depends_on or None,
            inspection_plan=one.inspection_plan or None,
        )


@strawberry.type(description="How an item is made at a plant (ISA-95 operations definition).")
class Routing:
    """One revision of one alternative."""

    plant: str
    item_no: str
    alternative: str
    revision: str
    operations: list[RoutingOperation]
    valid_from: date | None = strawberry.field(description="The first day; null: always so far.")
    valid_to: date | None = strawberry.field(description="The first day on which it ended.")
    eco_no: str | None = strawberry.field(description="The engineering change that brought it.")

    @classmethod
    def of(cls, one: domain.Routing) -> Self:
        """Wrap a domain routing."""
        return cls(
            plant=one.plant,
            item_no=one.item_no,
            alternative=one.alternative,
            revision=one.revision,
            operations=[RoutingOperation.of(step) for step in one.operations],
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            eco_no=one.eco_no or None,
        )
