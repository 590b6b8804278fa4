"""Production orders: what a production of Tryton's says in our words."""

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from msgspec import Struct, field

from services.erp.adapters.tryton.feed import Kind
from services.erp.adapters.tryton.papers import Item, Unit, amount_of, read_paper
from services.erp.adapters.tryton.values import Day, Moment
from services.erp.domain.document import (
    ComponentDocument,
    OperationDocument,
    OrderDocument,
)


class _Named(Struct):
    name: str


class _Part(Struct):
    quantity: Decimal
    counted_in: Unit = field(name="unit.")
    product: Item | None = field(name="product.")


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
    product: Item = field(name="product.")
    counted_in: Unit = field(name="unit.")
    bom: _Bom | None = field(name="bom.")
    inputs: tuple[_Part, ...] = field(name="inputs.")
    works: tuple[_Work, ...] = field(name="works.")


_PART = ("quantity", "product.code", "unit.symbol", "unit.digits", "unit.factor")
_FIELDS = (
    "state", "quantity", "product.code", "unit.symbol", "unit.digits", "unit.factor",
    "planned_start_date", "planned_date",
    "works.sequence", "works.operation.name", "works.work_center.name",
    *(f"bom.{side}.{name}" for side in ("inputs", "outputs") for name in _PART),
    *(f"inputs.{name}" for name in _PART),
)  # fmt: skip


def read_order(content: bytes) -> OrderDocument:
    """Raises InvalidError naming the field that is missing or no such thing."""
    order = read_paper(content, _Order, "production")
    modified = order.last_modified_at.value
    return OrderDocument(
        plant=order.plant,
        order_no=order.reference or order.number or "",
        item_no=order.product.code,
        amount=amount_of(order.quantity, order.counted_in, "quantity"),
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
    return ComponentDocument(10 * number, item, amount_of(amount, unit, at), unit.symbol)


def _base(part: _Part) -> Decimal:
    return part.quantity * part.counted_in.factor


def _up(amount: Decimal, unit: Unit) -> Decimal:
    """Tryton rounds what a bill needs upward."""
    return amount.quantize(Decimal(1).scaleb(-unit.digits), ROUND_CEILING)


def _midnight(day: Day | None) -> dt.datetime | None:
    """Tryton plans in days; they begin at midnight UTC here."""
    return dt.datetime.combine(day.value, dt.time(), dt.UTC) if day else None


PRODUCTION = Kind("production", ("reference", "number"), _FIELDS, read_order)
