"""What is done with lots outside of orders, as it is reported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.quantity import Quantity
from services.mes.domain.hold import Block
from services.mes.domain.keys import LotKey, ReportKey


class Part(NamedTuple):
    """Some of a lot."""

    lot: LotKey
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Split:
    """Into new lots of the same item."""

    source: LotKey
    into: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Lots of one item into one."""

    parts: tuple[Part, ...]
    into: LotKey


@dataclass(frozen=True, slots=True)
class Relabel:
    """Another number or item; None is all that is left."""

    source: LotKey
    into: LotKey
    quantity: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Rework:
    """Worked over, into a new lot."""

    part: Part
    into: LotKey


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Packed into a new lot that is counted in a way of its own."""

    parts: tuple[Part, ...]
    into: Part


@dataclass(frozen=True, slots=True)
class Receive:
    """Of a supplier, or of another plant, which knows it as `sent_as`."""

    part: Part
    supplier: str = ""
    supplier_lot: str = ""
    manufacturer: str = ""
    country: str = ""
    expiry_at: datetime | None = None
    purchase_order_no: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    sent_as: LotKey | None = None


@dataclass(frozen=True, slots=True)
class Ship:
    """To a customer."""

    part: Part
    shipment_no: str
    customer: str = ""
    sales_order_no: str = ""


@dataclass(frozen=True, slots=True)
class Consume:
    """Used up: a sample, a test, a destruction; None is all that is left."""

    source: LotKey
    quantity: Quantity | None = None


What = Split | Merge | Relabel | Rework | Aggregate | Receive | Ship | Consume
STOPPED_BY: Mapping[type[What], Block | None] = {
    Split: None,
    Merge: Block.MOVE,
    Relabel: Block.MOVE,
    Rework: Block.CONSUME,
    Aggregate: Block.MOVE,
    Receive: None,
    Ship: Block.SHIP,
    Consume: Block.CONSUME,
}
"""What a hold on a lot that they take of must not block; wms has the same for stock.

Whatever they make of a held lot is born held, so that splitting one needs no leave.
"""


@dataclass(frozen=True, slots=True)
class LotOperation:
    """One report; `id` is unique among the operations and confirmations of the plant."""

    id: str
    plant: str
    occurred_at: Instant
    what: What
    equipment: str = ""
    reason: str = ""

    @property
    def key(self) -> ReportKey:
        """What makes it one and the same report, however often it arrives."""
        return ReportKey(self.plant, self.id)

    @property
    def kind(self) -> str:
        """Such as "split"."""
        return type(self.what).__name__.lower()

    @property
    def lots(self) -> Iterator[tuple[LotKey, str]]:
        """Those it touches, sources first, each with the field that names it."""
        match self.what:
            case Split(source, into):
                yield source, "split.from"
                yield from _named(into, "split.into[{}].lot")
            case Merge(parts, target):
                yield from _named(parts, "merge.from[{}].lot")
                yield target, "merge.into"
            case Relabel(source, target):
                yield source, "relabel.from"
                yield target, "relabel.to"
            case Rework(part, target):
                yield part.lot, "rework.from.lot"
                yield target, "rework.into"
            case Aggregate(parts, made):
                yield from _named(parts, "aggregate.from[{}].lot")
                yield made.lot, "aggregate.into.lot"
            case Receive(part) | Ship(part):
                yield part.lot, f"{self.kind}.lot.lot"
            case what:
                yield what.source, "consume.lot"

    @property
    def fingerprint(self) -> str:
        """The same for the same content, and for no other."""
        return sha256(repr(self).encode()).hexdigest()


def _named(parts: tuple[Part, ...], path: str) -> Iterator[tuple[LotKey, str]]:
    for place, part in enumerate(parts):
        yield part.lot, path.format(place)
