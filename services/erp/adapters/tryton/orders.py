"""Production orders: what changed in Tryton, and what a production says in our words."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import ROUND_CEILING, Decimal
from typing import Any

import msgspec
from msgspec import Struct, field

from services.erp.adapters.tryton.books import Books, read
from services.erp.adapters.tryton.terms import Terms
from services.erp.adapters.tryton.values import (
    Day,
    Moment,
    decode,
    encode,
    is_exact,
    plain,
)
from services.erp.domain.document import (
    ComponentDocument,
    OperationDocument,
    OrderDocument,
)
from services.erp.ports.feeds import Changes, RawOrder
from services.kit.errors import InvalidError


class _Unit(Struct):
    symbol: str
    digits: int
    factor: Decimal


class _Item(Struct):
    code: str


class _Named(Struct):
    name: str


class _Part(Struct):
    quantity: Decimal
    counted_in: _Unit = field(name="unit.")
    product: _Item | None = field(name="product.")


class _Bom(Struct):
    inputs: tuple[_Part, ...] = field(name="inputs.")
    outputs: tuple[_Part, ...] = field(name="outputs.")


class _Work(Struct):
    sequence: int | None
    operation: _Named = field(name="operation.")
    work_center: _Named | None = field(name="work_center.")


class _Order(Struct):
    plant: str
    reference: str | None
    number: str | None
    state: str
    quantity: Decimal
    planned_start_date: Day | None
    planned_date: Day | None
    last_modified_at: Moment
    product: _Item = field(name="product.")
    counted_in: _Unit = field(name="unit.")
    bom: _Bom | None = field(name="bom.")
    inputs: tuple[_Part, ...] = field(name="inputs.")
    works: tuple[_Work, ...] = field(name="works.")


class _Place(Struct):
    """Where an order stands in the feed."""

    id: int
    last_modified_at: Moment
    warehouse: _Item = field(name="warehouse.")


_PART = ("quantity", "product.code", "unit.symbol", "unit.digits", "unit.factor")
_FIELDS = (
    "reference", "number", "state", "quantity", "product.code", "unit.symbol", "unit.digits",
    "unit.factor", "warehouse.code", "planned_start_date", "planned_date", "last_modified_at",
    "works.sequence", "works.operation.name", "works.work_center.name",
    *(f"bom.{side}.{name}" for side in ("inputs", "outputs") for name in _PART),
    *(f"inputs.{name}" for name in _PART),
)  # fmt: skip
_ORDER = [["last_modified_at", "ASC"], ["id", "ASC"]]


class Feed:
    """Orders of our plants' warehouses, by the moment of their last change."""

    def __init__(self, books: Books, terms: Terms, plants: Sequence[str]) -> None:
        self._books = books
        self._plants = {books.warehouse(plant): plant for plant in plants}
        self._overlap = dt.timedelta(seconds=terms.overlap_seconds)
        self._page = terms.page

    async def changed(self, since: str) -> Changes:
        """A mark is "<changed>" or, within a poll, "<changed> <id>"; raises StoppedError."""
        moment, _, after = since.partition(" ")
        domain = self._begin(moment, after) if moment else []
        rows = await self._rows([*domain, _NAMED], self._page)
        places = read(rows, _Place)
        more = len(rows) == self._page
        mark = moment
        if places:
            last = places[-1]
            changed = last.last_modified_at.value.isoformat()
            mark = f"{changed} {last.id}" if more else changed
        return Changes(tuple(map(self._raw, places, rows)), mark, more)

    async def order(self, plant: str, order_no: str) -> RawOrder | None:
        """As it is now; raises StoppedError."""
        domain = [
            ["warehouse.code", "=", self._books.warehouse(plant)],
            ["OR", ["reference", "=", order_no], ["number", "=", order_no]],
        ]
        rows = await self._rows(domain, None)
        fit = [row for row in rows if (row["reference"] or row["number"]) == order_no]
        return self._raw(read(fit[:1], _Place)[0], fit[0]) if fit else None

    def _begin(self, moment: str, after: str) -> list[Any]:
        start = dt.datetime.fromisoformat(moment)
        if not after:
            return [["last_modified_at", ">=", Moment.of(start - self._overlap)]]
        at = Moment.of(start)
        same = [["last_modified_at", "=", at], ["id", ">", int(after)]]
        return [["OR", ["last_modified_at", ">", at], same]]

    async def _rows(self, domain: list[Any], limit: int | None) -> list[dict[str, Any]]:
        wanted = [["warehouse.code", "in", sorted(self._plants)], *domain]
        rows: list[dict[str, Any]] = await self._books.session.read(
            "production", "search_read", wanted, 0, limit, _ORDER, _FIELDS
        )
        return rows

    def _raw(self, place: _Place, row: Mapping[str, Any]) -> RawOrder:
        plant = self._plants[place.warehouse.code]
        return RawOrder(str(place.id), encode({"plant": plant, **dict(sorted(row.items()))}))


_NAMED = ["OR", ["reference", "!=", None], ["number", "!=", None]]


def read_order(content: bytes) -> OrderDocument:
    """Raises InvalidError naming the field that is missing or no such thing."""
    try:
        order = msgspec.convert(decode(content), _Order)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidError(
            f"Tryton's production cannot be read: {what}",
            code="unreadable_order",
            field=where.rstrip("`"),
        ) from error
    modified = order.last_modified_at.value
    return OrderDocument(
        plant=order.plant,
        order_no=order.reference or order.number or "",
        item_no=order.product.code,
        amount=_amount(order.quantity, order.counted_in, "quantity"),
        unit=order.counted_in.symbol,
        statuses=(order.state,),
        version=modified.isoformat(),
        as_of=modified,
        due_start=_midnight(order.planned_start_date),
        due_end=_midnight(order.planned_date),
        components=tuple(_components(order)),
        operations=tuple(
            OperationDocument(
                10 * number, work.operation.name, work.work_center.name if work.work_center else ""
            )
            for number, work in enumerate(_in_sequence(order.works), 1)
        ),
    )


def _in_sequence(works: Sequence[_Work]) -> list[_Work]:
    """As Tryton shows them: those without a sequence first, each as they were made."""
    return sorted(works, key=lambda work: work.sequence or 0)


def _components(order: _Order) -> list[ComponentDocument]:
    """As the bill of material says: what is planned of the order itself goes with its first
    consumption. Without a bill, or with one inside another, what is planned.
    """
    parts = order.bom.inputs if order.bom else ()
    made = (
        sum((_base(p) for p in order.bom.outputs if p.product == order.product), Decimal(0))
        if order.bom
        else Decimal(0)
    )
    if not made or not all(part.product for part in parts):
        return [_component(n, part, part.quantity) for n, part in enumerate(order.inputs, 1)]
    wanted = order.quantity * order.counted_in.factor
    return [
        _component(n, part, _up(part.quantity * wanted / made, part.counted_in))
        for n, part in enumerate(parts, 1)
    ]


def _component(number: int, part: _Part, amount: Decimal) -> ComponentDocument:
    at = f"components[{number - 1}].quantity"
    unit = part.counted_in
    item = part.product.code if part.product else ""
    return ComponentDocument(10 * number, item, _amount(amount, unit, at), unit.symbol)


def _base(part: _Part) -> Decimal:
    return part.quantity * part.counted_in.factor


def _up(amount: Decimal, unit: _Unit) -> Decimal:
    """Tryton rounds what a bill needs upward."""
    return amount.quantize(Decimal(1).scaleb(-unit.digits), ROUND_CEILING)


def _amount(amount: Decimal, unit: _Unit, at: str) -> str:
    if not is_exact(amount, unit.digits):
        raise InvalidError(
            f"{amount} {unit.symbol} has more than {unit.digits} decimals",
            code="not_exact",
            field=f"{at}.value",
        )
    return plain(amount)


def _midnight(day: Day | None) -> dt.datetime | None:
    """Tryton plans in days; they begin at midnight UTC here."""
    return dt.datetime.combine(day.value, dt.time(), dt.UTC) if day else None
