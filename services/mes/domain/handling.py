"""How operations change lots: what they take of some is exactly what they put into others."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.kit.errors import ConflictError, InvalidError, located
from services.kit.measures import Measured
from services.kit.quantity import Quantity
from services.mes.domain.genealogy import Cause, Edge, Kind, Link, Record
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lot import Lot
from services.mes.domain.lot_operation import (
    STOPPED_BY,
    Aggregate,
    Consume,
    LotOperation,
    Merge,
    Part,
    Receive,
    Relabel,
    Rework,
    Ship,
    Split,
    What,
)
from services.mes.domain.lot_state import DispositionCommand

Entry = tuple[LotKey, Quantity]
"""What came into a lot, or (negative) went out of it."""


@dataclass
class Handling:
    """One operation on locked lots; `entries` and `edges` are what it came to.

    Amounts are in their lot's unit: the base unit of an item known to `items`, else its first one.
    What `happened` elsewhere already is refused for nothing that it does to its lots.
    """

    operation: LotOperation
    lots: Mapping[LotKey, Lot]
    items: Measured
    now: datetime
    happened: bool = False
    entries: list[Entry] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        """The edges with the event they follow from."""
        one = self.operation
        cause = Cause(one.id, one.occurred_at, equipment=one.equipment)
        return [Record(edge, cause) for edge in self.edges]

    def carry_out(self) -> None:
        """Raises ConflictError or InvalidError naming the field, and leaves the lots half changed:
        the unit of work is lost anyway.
        """
        kinds: dict[type[What], Callable[[Any], None]] = {
            Split: self._split,
            Merge: self._merge,
            Relabel: self._relabel,
            Rework: self._rework,
            Aggregate: self._aggregate,
            Receive: self._receive,
            Ship: self._ship,
            Consume: self._consume,
        }
        kinds[type(self.operation.what)](self.operation.what)

    def _split(self, split: Split) -> None:
        for place, part in enumerate(split.into):
            path = f"split.into[{place}]"
            self._same_item(split.source, part.lot, f"{path}.lot")
            amount = self._take(split.source, part.quantity, "split.from", path, usable=False)
            self._bear(part.lot, f"{path}.lot", like=[split.source])
            self._pour(Kind.SPLIT, split.source, part.lot, amount)

    def _merge(self, merge: Merge) -> None:
        sources = [part.lot for part in merge.parts]
        into = self.lots[merge.into]
        if into.on_hand is None:
            self._bear(merge.into, "merge.into", like=sources)
        for place, part in enumerate(merge.parts):
            path = f"merge.from[{place}]"
            self._same_item(part.lot, merge.into, f"{path}.lot")
            self._same_quality(self.lots[part.lot], into, f"{path}.lot")
            amount = self._take_part(part, path)
            self._pour(Kind.MERGE, part.lot, merge.into, amount)
        _blend(into, [self.lots[lot] for lot in sources])

    def _relabel(self, relabel: Relabel) -> None:
        amount = self._take(relabel.source, relabel.quantity, "relabel.from", "relabel")
        self._bear(relabel.into, "relabel.to", like=[relabel.source])
        self._pour(Kind.RELABEL, relabel.source, relabel.into, amount)

    def _rework(self, rework: Rework) -> None:
        self._same_item(rework.part.lot, rework.into, "rework.into")
        amount = self._take_part(rework.part, "rework.from", usable=False)
        self._bear(rework.into, "rework.into")
        self._pour(Kind.REWORK, rework.part.lot, rework.into, amount)

    def _aggregate(self, aggregate: Aggregate) -> None:
        path = "aggregate.into"
        self._bear(aggregate.into.lot, f"{path}.lot")
        with located(path):
            made = self._restated(aggregate.into)
            _require_positive(made)
        self._supply(aggregate.into.lot, made)
        for place, part in enumerate(aggregate.parts):
            amount = self._take_part(part, f"aggregate.from[{place}]")
            self._link(Kind.AGGREGATE, part.lot, aggregate.into.lot, amount, made)

    def _receive(self, receive: Receive) -> None:
        lot, path = self.lots[receive.part.lot], "receive.lot"
        with located(path):
            _require_positive(receive.part.quantity)
            amount = self._restated(receive.part)
            lot.unit = amount.unit
        with located("receive"):
            _describe(lot, receive, strict=not self.happened)
        self._supply(lot.key, amount)
        lot.begin(DispositionCommand.RESTRICT)
        if receive.sent_as:
            with located("receive.sent_as"):
                sent = self._restated(Part(receive.sent_as, amount))
            # Nobody may have said yet how the plant that sent it counts it.
            self.lots[receive.sent_as].unit = sent.unit
            self._link(Kind.RECEIVE, receive.sent_as, lot.key, sent, amount)

    def _ship(self, ship: Ship) -> None:
        self._take_part(ship.part, "ship.lot")

    def _consume(self, consume: Consume) -> None:
        self._take(consume.source, consume.quantity, "consume.lot", "consume", usable=False)

    def _take_part(self, part: Part, path: str, *, usable: bool = True) -> Quantity:
        return self._take(part.lot, part.quantity, f"{path}.lot", path, usable=usable)

    def _take(
        self,
        key: LotKey,
        quantity: Quantity | None,
        lot_path: str,
        path: str,
        *,
        usable: bool = True,
    ) -> Quantity:
        lot = self.lots[key]
        if self.happened and quantity:
            return self._spend(lot, self._restated(Part(key, quantity)))
        with located(lot_path):
            if stopped_by := STOPPED_BY[type(self.operation.what)]:
                lot.require_free(stopped_by)
            if usable:
                lot.require_usable(self.operation.occurred_at.moment)
            left = _require_known(lot)
        with located(path):
            amount = self._restated(Part(key, quantity)) if quantity else left
            _require_positive(amount)
            if left < amount:
                raise ConflictError(
                    f"lot {key} has {left}, {amount} are to be taken",
                    code="lot_short",
                    field="quantity.value",
                    hint="take what is left, or report first where the rest came from",
                )
        return self._spend(lot, amount)

    def _spend(self, lot: Lot, quantity: Quantity) -> Quantity:
        amount = lot.spend(quantity)
        lot.as_of = self.now
        self.entries.append((lot.key, -amount))
        return amount

    def _pour(self, kind: Kind, source: LotKey, target: LotKey, amount: Quantity) -> None:
        lot = self.lots[target]
        made = self._restated(Part(target, amount))
        lot.unit = made.unit
        self._supply(target, made)
        self._link(kind, source, target, amount, made)

    def _restated(self, part: Part) -> Quantity:
        """In the unit of its lot, or what is going to be that."""
        unit = self.lots[part.lot].unit
        if unit == part.quantity.unit:
            return part.quantity
        with located("quantity"):
            return self.items.restate(part.lot.goods, part.quantity, unit)

    def _supply(self, key: LotKey, amount: Quantity) -> None:
        self.lots[key].supply(amount, self.now)
        self.entries.append((key, amount))

    def _link(
        self, kind: Kind, source: LotKey, target: LotKey, amount: Quantity, made: Quantity
    ) -> None:
        link = Link(source, target, OrderKey(target.plant, ""), kind)
        self.edges.append(Edge(link, amount, made))

    def _bear(self, key: LotKey, path: str, *, like: Sequence[LotKey] = ()) -> None:
        lot = self.lots[key]
        if lot.on_hand is not None or lot.order_no:
            if self.happened:
                return
            raise ConflictError(
                f"lot {key} is there already",
                code="lot_exists",
                field=f"{path}.lot_no",
                hint="take a new number; merge puts lots into one that is there",
            )
        lot.produced_at = self.operation.occurred_at.moment
        if like:
            first = self.lots[like[0]]
            lot.quality, lot.disposition = first.quality, first.disposition
            lot.country, lot.supplier_lot = first.country, first.supplier_lot
            lot.manufacturer, lot.attributes = first.manufacturer, dict(first.attributes)
            lot.expiry_at = first.expiry_at
        lot.begin(DispositionCommand.START)

    def _same_item(self, source: LotKey, target: LotKey, path: str) -> None:
        if source.item_no != target.item_no:
            raise InvalidError(
                f"lot {target} is of another item than {source}",
                code="item_differs",
                field=f"{path}.item_no",
                hint="relabel changes the item",
            )

    def _same_quality(self, source: Lot, into: Lot, path: str) -> None:
        if source.quality is not into.quality:
            raise ConflictError(
                f"lot {source.key} is {source.quality}, {into.key} is {into.quality}",
                code="quality_differs",
                field=f"{path}.lot_no",
                hint="merge lots of one quality status",
            )


def _require_known(lot: Lot) -> Quantity:
    if (left := lot.on_hand) is None:
        raise ConflictError(
            f"nobody reported where lot {lot.key} came from, so how much there is",
            code="quantity_unknown",
            field="lot_no",
            hint="receive it first",
        )
    return left


def _require_positive(quantity: Quantity) -> None:
    if quantity.value <= 0:
        raise InvalidError(
            f"{quantity} cannot be moved",
            code="not_positive",
            field="quantity.value",
            hint="say how much it is; a wrong operation is voided",
        )


def _blend(into: Lot, sources: Sequence[Lot]) -> None:
    """It expires with the first of them, and knows of its origin what all agree on."""
    every = [into, *sources]
    expiries = [lot.expiry_at for lot in every if lot.expiry_at]
    into.expiry_at = min(expiries, default=None)
    for name in ("country", "supplier_lot", "manufacturer"):
        if len({getattr(lot, name) for lot in every}) > 1:
            setattr(into, name, "")
    agreed = [lot.attributes.items() for lot in every]
    into.attributes = dict(
        pair for pair in agreed[0] if all(pair in others for others in agreed[1:])
    )


def _describe(lot: Lot, receive: Receive, *, strict: bool) -> None:
    """A lot is of one origin, however often it is received; else what was said first stays."""
    if strict and lot.order_no:
        lot.belong(OrderKey(lot.key.plant, ""))
    told = {
        "country": receive.country,
        "supplier_lot": receive.supplier_lot,
        "manufacturer": receive.manufacturer,
        "expiry_at": receive.expiry_at,
    }
    for name, value in told.items():
        known = getattr(lot, name)
        if strict and value and known and value != known:
            raise ConflictError(
                f"lot {lot.key} was received with another {_SPOKEN.get(name, name)}: {known}",
                code="receipt_differs",
                field=_SPOKEN.get(name, name),
                hint="give it a lot number of its own",
            )
        setattr(lot, name, known or value)
    lot.attributes = {**lot.attributes, **dict(receive.attributes)}


_SPOKEN = {"country": "country_of_origin"}
