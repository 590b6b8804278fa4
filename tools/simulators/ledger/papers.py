"""What goes over the ledger's counter and into its journal. Quantities are decimal strings."""

import datetime as dt
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Kind = Literal["yield", "consumption", "scrap", "return", "close", "reversal"]
Day = Literal["open", "closed"]

SIGN: dict[str, int] = {"yield": 1, "consumption": -1, "scrap": 0, "return": 1, "close": 0}
"""What a line does to the stock."""


class Item(Struct, frozen=True, tag="item", tag_field="paper"):
    """Known material."""

    item: str
    unit: str


class Period(Struct, frozen=True, tag="period", tag_field="paper"):
    """A month ("2026-05") that takes postings or not; months nobody spoke of are open."""

    month: str
    state: Day


class Account(Struct, frozen=True, tag="account", tag_field="paper"):
    """What orders are charged to; accounts nobody spoke of are open."""

    account: str
    state: Day


class Component(Struct, frozen=True):
    """A line of an order's bill of material."""

    position: int
    item: str
    quantity: Decimal
    unit: str
    backflush: bool = False
    operation: int = 0
    lot: str = ""


class Operation(Struct, frozen=True):
    """A step of an order's routing; `control` is a code of the ledger's own."""

    sequence: int
    segment: str
    work_center: str
    control: str = ""


class Order(Struct, frozen=True, tag="order", tag_field="paper"):
    """A production order. `status` holds several words at once; `version` moves with each change.

    `changed` is the start of the transaction that wrote it (UTC): one that takes long becomes
    visible after younger ones.
    """

    plant: str
    order: str
    item: str
    quantity: Decimal
    unit: str
    due_start: dt.datetime
    due_end: dt.datetime
    account: str = "production"
    components: tuple[Component, ...] = ()
    operations: tuple[Operation, ...] = ()
    sales_order: str = ""
    sales_line: int = 0
    status: tuple[str, ...] = ("CRTD",)
    version: int = 0
    changed: dt.datetime = dt.datetime.min.replace(tzinfo=dt.UTC)

    @property
    def key(self) -> tuple[str, str]:
        """Unique within the ledger."""
        return self.plant, self.order


class Line(Struct, frozen=True):
    """One item of a document; the quantity is positive, the document's kind says which way."""

    item: str
    quantity: Decimal
    unit: str
    lot: str = ""
    reason: str = ""


class Posting(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody wants booked. `confirm` are warnings they accept, `reverses` a document."""

    reference: str
    plant: str
    order: str
    kind: Kind
    date: dt.date
    lines: tuple[Line, ...] = ()
    confirm: tuple[str, ...] = ()
    reverses: str = ""


class Request(Struct, frozen=True, tag="request", tag_field="paper"):
    """A posting that was taken and is answered later."""

    token: str
    posting: Posting


class Refusal(Struct, frozen=True, tag="refusal", tag_field="paper"):
    """Why something was not booked. `status` is refused, warning or stale; `field` a path."""

    status: str
    code: str
    reason: str
    field: str = ""
    token: str = ""


class Document(Struct, frozen=True, tag="document", tag_field="paper"):
    """A posting that was booked. `wanted` lines were asked for; `left_out` says why fewer were."""

    number: str
    at: dt.datetime
    posting: Posting
    wanted: int
    token: str = ""
    left_out: Refusal | None = None


class Due(Struct, frozen=True):
    """A part of a traded line: wanted at a moment, promised for a day."""

    quantity: Decimal
    confirmed: Decimal = Decimal(0)
    requested: dt.datetime | None = None
    promised: dt.date | None = None


class Lot(Struct, frozen=True):
    """So much of a lot is meant for a line."""

    lot: str
    quantity: Decimal
    unit: str


class TradeLine(Struct, frozen=True):
    """An item; `price` is for `per` of its unit, "" = it has none."""

    line: int
    item: str
    quantity: Decimal
    unit: str
    schedule: tuple[Due, ...] = ()
    lots: tuple[Lot, ...] = ()
    partner_item: str = ""
    ship_to: str = ""
    price: str = ""
    per: Decimal = Decimal(1)
    closed: bool = False


class Trade(Struct, frozen=True, tag="trade", tag_field="paper"):
    """An order of a customer ("sales") or to a supplier ("purchase"); versions as an order's."""

    trade: Literal["sales", "purchase"]
    plant: str
    order: str
    partner: str
    status: tuple[str, ...]
    lines: tuple[TradeLine, ...] = ()
    currency: str = "EUR"
    reference: str = ""
    ordered: dt.date | None = None
    version: int = 0
    changed: dt.datetime = dt.datetime.min.replace(tzinfo=dt.UTC)

    @property
    def key(self) -> tuple[str, str, str]:
        """Unique within the ledger."""
        return self.trade, self.plant, self.order


Paper = Item | Period | Account | Order | Trade | Document | Request | Refusal
