"""What others told this service. A fact is kept before anybody acts on it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.process.domain.keys import LotKey, OrderKey, hold_flow
from services.process.domain.ledger import Disposition


class Saga(StrEnum):
    """The workflow that acts on a fact."""

    ORDER_TO_PRODUCTION = "order_to_production"
    PRODUCTION_CONFIRMATION = "production_confirmation"
    APPLY_HOLD = "apply_hold"
    RELEASE_HOLD = "release_hold"


@dataclass(frozen=True, slots=True)
class Component:
    """What an order is planned to consume."""

    position: int
    item_no: str
    quantity: Quantity
    backflush: bool = False
    operation: int = 0
    lot_no: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A step of an order's routing; `control` by erp's and mes's name, "" says nothing."""

    sequence: int
    segment: str
    work_center: str
    control: str = ""


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """The ERP released an order; `version` is the ERP's own."""

    order: OrderKey
    item_no: str
    quantity: Quantity
    version: str
    due_start: datetime | None = None
    due_end: datetime | None = None
    operations: tuple[Operation, ...] = ()
    components: tuple[Component, ...] = ()

    @property
    def flow(self) -> str:
        """Whose fact it is."""
        return self.order.flow

    @property
    def saga(self) -> Saga:
        """Who acts on it."""
        return Saga.ORDER_TO_PRODUCTION

    @property
    def track(self) -> str:
        """Facts of a track are taken in order."""
        return "order"


@dataclass(frozen=True, slots=True)
class Scrap:
    """Output that is lost, and why."""

    quantity: Quantity
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consumption:
    """What went in; `lot_no` is "" for material that is not kept in lots."""

    item_no: str
    lot_no: str
    quantity: Quantity


class _OfItsOrder:
    """A fact that the production confirmation of its order acts on."""

    __slots__ = ()
    order: OrderKey

    @property
    def flow(self) -> str:
        """Whose fact it is."""
        return self.order.flow

    @property
    def saga(self) -> Saga:
        """Who acts on it."""
        return Saga.PRODUCTION_CONFIRMATION


@dataclass(frozen=True, slots=True)
class Confirmed(_OfItsOrder):
    """The floor's report number `number` of an order; `good` is its yield, made into `lot_no`.

    In the base unit of its item, so that the warehouse and the ERP are told one and the same.
    """

    order: OrderKey
    number: int
    item_no: str
    good: Quantity
    occurred_at: Instant
    lot_no: str = ""
    scrap: tuple[Scrap, ...] = ()
    consumed: tuple[Consumption, ...] = ()
    returned: tuple[Consumption, ...] = ()

    @property
    def track(self) -> str:
        """Facts of a track are taken in order."""
        return "floor"

    @property
    def lot(self) -> LotKey:
        """The lot that was made."""
        return LotKey(self.order.plant, self.item_no, self.lot_no)


@dataclass(frozen=True, slots=True)
class TakenBack(_OfItsOrder):
    """Confirmation `number` of the floor takes confirmation `reverses` back, all of it."""

    order: OrderKey
    number: int
    reverses: int
    occurred_at: Instant

    @property
    def track(self) -> str:
        """One that waits for a person holds up no other."""
        return f"reversal/{self.number}"


@dataclass(frozen=True, slots=True)
class Ended(_OfItsOrder):
    """The floor has completed an order, or (`closed`) promises that no more comes."""

    order: OrderKey
    closed: bool
    occurred_at: Instant

    @property
    def track(self) -> str:
        """Facts of a track are taken in order."""
        return "end"


@dataclass(frozen=True, slots=True)
class BornHeld(_OfItsOrder):
    """A lot was made of held material, or under a hold's scope, and is held in mes since."""

    order: OrderKey
    lot: LotKey
    hold_nos: tuple[str, ...]
    known: bool = False
    """It was there before, and something may have been made of it."""

    @property
    def track(self) -> str:
        """Facts of a track are taken in order: before the first yield of the lot."""
        return "floor"


@dataclass(frozen=True, slots=True)
class Disposed(_OfItsOrder):
    """Quality disposed of a part of an inspection lot."""

    order: OrderKey
    disposition: Disposition
    occurred_at: Instant

    @property
    def track(self) -> str:
        """Facts of a track are taken in order."""
        return f"quality/{self.disposition.inspection_no}"


@dataclass(frozen=True, slots=True)
class HoldOrdered:
    """Quality wants lots held, or (not `active`) let go."""

    hold_no: str
    plant: str
    roots: tuple[LotKey, ...]
    active: bool
    version: int
    blocks: tuple[str, ...] = ()
    """By the contract's names without their prefix; none are all of them."""
    scope: str = ""
    """What lots that fall under it have in common, the contract's JSON; "" where it has roots."""

    @property
    def flow(self) -> str:
        """Whose fact it is."""
        return hold_flow(self.hold_no)

    @property
    def saga(self) -> Saga:
        """Who acts on it."""
        return Saga.APPLY_HOLD if self.active else Saga.RELEASE_HOLD

    @property
    def track(self) -> str:
        """A release does not wait for an application that was refused."""
        return "apply" if self.active else "release"


@dataclass(frozen=True, slots=True)
class Caught:
    """A lot came to fall under the scope of a hold, by no order's doing; it is held in mes."""

    hold_no: str
    lot: LotKey

    @property
    def flow(self) -> str:
        """Whose fact it is."""
        return hold_flow(self.hold_no)

    @property
    def saga(self) -> Saga:
        """Who acts on it."""
        return Saga.APPLY_HOLD

    @property
    def track(self) -> str:
        """It waits for no other lot."""
        return f"lot/{self.lot}"


Fact: TypeAlias = (
    OrderReleased | Confirmed | TakenBack | Ended | BornHeld | Disposed | HoldOrdered | Caught
)


@dataclass(frozen=True, slots=True)
class Told:
    """A fact as it was told: `id` is the event's, `actor` on whose behalf we act."""

    id: str
    fact: Fact
    actor: str = ""
    traceparent: str = ""
