"""Plants, items and parties as the graph shows them; costs are not part of it."""

from collections.abc import Callable
from typing import Any, Self, TypeVar

import strawberry

from services.kit.access.policy import visible_plants
from services.kit.errors import DomainError, InvalidError
from services.kit.graph import Quantity, batch_field, batch_reference, reading, referenced
from services.kit.ids import EVERYWHERE, GraphId
from services.reference import policy
from services.reference.domain import item, party
from services.reference.domain import plant as site
from services.reference.domain.item_state import Lifecycle
from services.reference.domain.names import Key, by_key
from services.reference.graph.change import EngineeringChange
from services.reference.graph.context import Asked

T = TypeVar("T")

strawberry.enum(item.ItemType, description="What kind of material.")
strawberry.enum(Lifecycle, name="ItemLifecycle", description="Source: B2MML LifeCycleState.")
strawberry.enum(party.PartyRole, description="What a party is to us.")


@strawberry.type(description="A plant (ISA-95 site).")
class Plant:
    """As put."""

    plant: str
    name: str | None
    time_zone: str = strawberry.field(description="IANA name; business dates are taken in it.")

    @classmethod
    def of(cls, one: site.Plant) -> Self:
        """Wrap a domain record."""
        return cls(plant=one.plant, name=one.name or None, time_zone=one.time_zone)


@strawberry.federation.type(keys=["id"], description="An item (ISA-95 material definition).")
class Item:
    """As put; its conversions are for services."""

    id: strawberry.ID
    item_no: str
    description: str | None
    base_unit: str = strawberry.field(description="UN/ECE Recommendation 20 code.")
    type: item.ItemType
    lifecycle: Lifecycle
    revision: str | None
    lot_controlled: bool
    serial_controlled: bool
    inspection_on_receipt: bool
    inspection_on_production: bool
    shelf_life_days: int | None = strawberry.field(description="Null: it does not expire.")
    gtin: str | None
    classes: list[str]
    hazard: str | None
    net_weight: Quantity | None = strawberry.field(description="Of one base unit.")

    @classmethod
    def of(cls, one: item.Item) -> Self:
        """Wrap a domain record."""
        return cls(
            id=strawberry.ID(GraphId("Item", EVERYWHERE, one.item_no).encode()),
            item_no=one.item_no,
            description=one.description or None,
            base_unit=one.base_unit,
            type=one.type,
            lifecycle=one.lifecycle or Lifecycle.EFFECTIVE,
            revision=one.revision or None,
            lot_controlled=one.lot_controlled,
            serial_controlled=one.serial_controlled,
            inspection_on_receipt=one.inspection_on_receipt,
            inspection_on_production=one.inspection_on_production,
            shelf_life_days=one.shelf_life_days or None,
            gtin=one.gtin or None,
            classes=list(one.classes),
            hazard=one.hazard or None,
            net_weight=Quantity.of(one.net_weight) if one.net_weight else None,
        )

    @batch_reference
    async def resolve_many(
        cls,  # noqa: N805
        info: Asked,
        ids: list[str],
    ) -> list[Self | DomainError | None]:
        """One load for all; null where nobody knows it."""
        return await _named(info, ids, "Item", cls.of)

    @batch_field(description="Engineering changes that name it, by number.")
    async def changes(self, info: Asked, items: list[Self]) -> list[list[EngineeringChange] | None]:
        """One load for all items of this level; of plants that the caller may see."""
        plants = visible_plants(policy.may_read())
        async with reading(info) as books:
            found = await books.changes.affecting({one.item_no for one in items})
        seen = [one for one in found if plants is None or one.plant in {"", *plants}]
        return [
            [
                EngineeringChange.of(change)
                for change in seen
                if any(part.item_no == one.item_no for part in change.affected)
            ]
            for one in items
        ]


@strawberry.federation.type(keys=["id"], description="A party we deal with.")
class Party:
    """As put."""

    id: strawberry.ID
    party_id: str
    name: str | None
    role: party.PartyRole
    gln: str | None = strawberry.field(description="GS1 Global Location Number.")
    duns: str | None
    vat: str | None
    bpn: str | None = strawberry.field(description="Catena-X business partner number.")
    plants: list[str] = strawberry.field(description="That deal with it; none = all.")

    @classmethod
    def of(cls, one: party.Party) -> Self:
        """Wrap a domain record."""
        return cls(
            id=strawberry.ID(GraphId("Party", EVERYWHERE, one.party_id).encode()),
            party_id=one.party_id,
            name=one.name or None,
            role=one.role,
            gln=one.gln or None,
            duns=one.duns or None,
            vat=one.vat or None,
            bpn=one.bpn or None,
            plants=list(one.scopes),
        )

    @batch_reference
    async def resolve_many(
        cls,  # noqa: N805
        info: Asked,
        ids: list[str],
    ) -> list[Self | DomainError | None]:
        """One load for all; null where nobody knows it."""
        return await _named(info, ids, "Party", cls.of)


_PARTS = {"Item": "items", "Party": "parties"}


async def _named(
    info: Asked, ids: list[str], want: str, wrap: Callable[[Any], T]
) -> list[T | DomainError | None]:
    asked = referenced(ids, want, _enter)
    keys = {key for key in asked if isinstance(key, tuple)}
    async with reading(info) as books:
        found = by_key(await getattr(books, _PARTS[want]).get(keys))
    known = {key: wrap(one) for key, one in found.items()}
    return [known.get(key) if isinstance(key, tuple) else key for key in asked]


def _enter(named: GraphId) -> Key:
    """What holds everywhere is everybody's to read."""
    policy.may_read()
    if named.plant != EVERYWHERE:
        raise InvalidError("not an id of this graph", code="bad_id", field="id")
    return (named.key,)
