"""Plants, items and parties as the graph shows them; costs are not part of it."""

from typing import Self

import strawberry

from services.kit.graph import Quantity
from services.kit.ids import GraphId
from services.reference.domain import item, party
from services.reference.domain import plant as site
from services.reference.domain.item_state import Lifecycle
from services.reference.domain.names import EVERYWHERE

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


@strawberry.type(description="An item (ISA-95 material definition).")
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


@strawberry.type(description="A party we deal with.")
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
