"""What is read of Tryton's records: the fields asked for, and what comes back."""

from decimal import Decimal

from msgspec import Struct, field

from services.erp.adapters.tryton.values import Day, Moment, Numeric

OPEN = ("draft", "assigned")


class Move(Struct):
    """A stock move of a production. It has a `cost_price` once booked, unless it is waste."""

    id: int
    state: str
    product: int
    lot: int | None
    quantity: Decimal
    unit: int
    from_location: int
    to_location: int
    effective_date: Day | None
    cost_price: Numeric | None
    create_uid: int | None

    @property
    def open(self) -> bool:
        """Whether it may still be posted."""
        return self.state in OPEN


class Named(Struct):
    """A place and what people call it."""

    id: int
    code: str | None
    name: str


class Warehouse(Struct):
    """Where a plant keeps its stock."""

    code: str | None
    storage_location: int
    production_picking_location: int | None
    production_output_location: int | None
    waste_locations: tuple[Named, ...] = field(name="waste_locations.")

    @property
    def picking(self) -> int:
        """Where material is taken from."""
        return self.production_picking_location or self.storage_location

    @property
    def output(self) -> int:
        """Where good output goes."""
        return self.production_output_location or self.storage_location


class Currency(Struct):
    """Of a company."""

    currency: int


class Bom(Struct):
    """`tolerance` is a share of the plan, None when Tryton does not look."""

    tolerance: Decimal | None


class Work(Struct):
    """A step of a production, and whether somebody is at it."""

    id: int
    state: str
    active_cycles: tuple[int, ...]


class Production(Struct):
    """An order with everything a posting needs to know. `stamp` is its version."""

    id: int
    reference: str | None
    number: str | None
    state: str
    product: int
    unit: int
    quantity: Decimal
    location: int
    company: int
    stamp: str = field(name="_timestamp")
    at: Warehouse = field(name="warehouse.")
    paid_in: Currency = field(name="company.")
    inputs: tuple[Move, ...] = field(name="inputs.")
    outputs: tuple[Move, ...] = field(name="outputs.")
    works: tuple[Work, ...] = field(name="works.")
    bom: Bom | None = field(name="bom.")

    @property
    def order_no(self) -> str:
        """What we call it: Tryton's own number where nobody gave it another."""
        return self.reference or self.number or ""

    def booked(self, move: Move) -> bool:
        """Whether a move was carried out, even if taken back since; a cancelled draft never was."""
        waste = move.to_location in {place.id for place in self.at.waste_locations}
        return move.state == "done" or (
            move.state == "cancelled" and (move.cost_price is not None or waste)
        )

    @property
    def name(self) -> str:
        """As the resource of a note."""
        return f"production,{self.id}"


class Note(Struct):
    """A word on a record; `resource` is "<model>,<id>"."""

    id: int
    message: str
    resource: str
    create_date: Moment


class Product(Struct):
    """An item; `cost_price` is per its default unit."""

    id: int
    code: str
    default_uom: int
    cost_price: Numeric | None
    counted_in: "Unit" = field(name="default_uom.")


class Unit(Struct):
    """A unit: it is `factor` of its category's, `rate` of it are one of that.

    One of both is cut off after 12 digits, where the other is none: 1 / 60 is no decimal.
    """

    id: int
    symbol: str
    digits: int
    factor: Decimal
    rate: Decimal
    category: int

    def ratio(self, other: "Unit") -> Decimal:
        """How many of `other`, which is of the same category, one of it is."""
        (up, down), (out, under) = self._exact, other._exact
        return up * under / (down * out)

    def convert(self, amount: Decimal, other: "Unit") -> Decimal:
        """So much in `other`, rounded like stock that is counted in it."""
        found = amount * self.ratio(other)
        return found.quantize(Decimal(1).scaleb(-max(other.digits, 0)))

    @property
    def _exact(self) -> tuple[Decimal, Decimal]:
        """As a fraction of its category's, by the shorter of both as Tryton does."""
        by_rate, by_factor = len(self.rate.as_tuple().digits), len(self.factor.as_tuple().digits)
        return (Decimal(1), self.rate) if by_rate < by_factor else (self.factor, Decimal(1))


class Lot(Struct):
    """A lot of a product; its number is not unique."""

    id: int
    number: str
    product: int


MOVE = (
    "id", "state", "product", "lot", "quantity", "unit", "from_location", "to_location",
    "effective_date", "cost_price", "create_uid",
)  # fmt: skip
_UNIT = ("id", "symbol", "digits", "factor", "rate", "category")
PRODUCTION = (
    "reference", "number", "state", "product", "unit", "quantity", "location", "company",
    "_timestamp", "company.currency", "bom.tolerance", "warehouse.code",
    "warehouse.storage_location", "warehouse.production_picking_location",
    "warehouse.production_output_location",
    *(f"warehouse.waste_locations.{name}" for name in ("code", "name")),
    *(f"inputs.{name}" for name in MOVE),
    *(f"outputs.{name}" for name in MOVE),
    *(f"works.{name}" for name in ("state", "active_cycles")),
)  # fmt: skip
NOTE = ("message", "resource", "create_date")
PRODUCT = ("code", "default_uom", "cost_price", *(f"default_uom.{name}" for name in _UNIT))
UNIT = _UNIT
LOT = ("number", "product")
