"""The tables as queries see them; migrations/ has their keys and indexes."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Executable,
    Integer,
    MetaData,
    Numeric,
    Row,
    Table,
    Text,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from services.kit.store import current_work

METADATA = MetaData()
_AMOUNT, _MOMENT = Numeric(30, 12), DateTime(timezone=True)


def _table(name: str, **columns: Any) -> Table:
    return Table(name, METADATA, *(Column(column, type) for column, type in columns.items()))


def _of_order(name: str, **columns: Any) -> Table:
    return _table(name, plant=Text, order_no=Text, **columns)


work_order = _of_order(
    "work_order",
    item_no=Text,
    unit=Text,
    ordered=_AMOUNT,
    over_tolerance=Numeric,
    due_start=_MOMENT,
    due_end=_MOMENT,
    lifecycle=Text,
    good=_AMOUNT,
    scrap=_AMOUNT,
    rework=_AMOUNT,
    ended=ARRAY(Integer),
    last_no=BigInteger,
    version=BigInteger,
    as_of=_MOMENT,
)
operation = _of_order(
    "operation",
    sequence=Integer,
    segment=Text,
    work_center=Text,
    control=Text,
    good=_AMOUNT,
    scrap=_AMOUNT,
    rework=_AMOUNT,
)
component = _of_order(
    "component",
    line=Integer,
    position=BigInteger,
    item_no=Text,
    quantity=_AMOUNT,
    unit=Text,
    backflush=Boolean,
    operation=Integer,
    lot_no=Text,
    covered=_AMOUNT,
    booked=_AMOUNT,
    booked_unit=Text,
    share=Text,
)
confirmation = _of_order(
    "confirmation",
    no=BigInteger,
    id=Text,
    operation=Integer,
    lot_no=Text,
    unit=Text,
    good=_AMOUNT,
    rework=_AMOUNT,
    occurred_at=_MOMENT,
    offset_minutes=Integer,
    equipment=Text,
    final=Boolean,
    completes=Boolean,
    time_uncertain=Boolean,
    passed=_AMOUNT,
    labour=_AMOUNT,
    labour_unit=Text,
    machine=_AMOUNT,
    machine_unit=Text,
    started_at=_MOMENT,
    started_offset=Integer,
    ended_at=_MOMENT,
    ended_offset=Integer,
    operator=Text,
    reverses=BigInteger,
    reason=Text,
    given=JSONB,
    stocked=_AMOUNT,
    stocked_unit=Text,
)
scrap = _of_order("scrap", no=BigInteger, line=Integer, quantity=_AMOUNT, unit=Text, reason=Text)
consumption = _of_order(
    "consumption",
    no=BigInteger,
    line=Integer,
    item_no=Text,
    lot_no=Text,
    quantity=_AMOUNT,
    unit=Text,
    loose=Boolean,
    way=Text,
)
lot = _table(
    "lot",
    id=BigInteger,
    plant=Text,
    item_no=Text,
    lot_no=Text,
    order_no=Text,
    unit=Text,
    produced=_AMOUNT,
    produced_at=_MOMENT,
    as_of=_MOMENT,
    supplied=_AMOUNT,
    spent=_AMOUNT,
    expiry_at=_MOMENT,
    country=Text,
    supplier_lot=Text,
    manufacturer=Text,
    attributes=JSONB,
    quality=Text,
    disposition=Text,
    version=BigInteger,
    judged=BigInteger,
)
lot_hold = _table(
    "lot_hold",
    lot_id=BigInteger,
    hold_no=Text,
    version=BigInteger,
    active=Boolean,
    source_id=BigInteger,
    blocks=ARRAY(Text),
)
lot_receipt = _table(
    "lot_receipt", lot_id=BigInteger, plant=Text, purchase_order_no=Text, void=Boolean
)
lot_shipment = _table(
    "lot_shipment", lot_id=BigInteger, plant=Text, sales_order_no=Text, void=Boolean
)
genealogy_edge = _table(
    "genealogy_edge",
    from_id=BigInteger,
    to_id=BigInteger,
    order_no=Text,
    operation=Integer,
    event_id=Text,
    kind=Text,
    quantity=_AMOUNT,
    made=_AMOUNT,
    occurred_at=_MOMENT,
    offset_minutes=Integer,
    equipment=Text,
    void_by=Text,
)
genealogy_void = _table(
    "genealogy_void",
    plant=Text,
    event_id=Text,
    order_no=Text,
    reason=Text,
    corrective=ARRAY(Text),
    declared_by=Text,
    declared_at=_MOMENT,
)
machine = _table(
    "machine",
    equipment=Text,
    plant=Text,
    incarnation=BigInteger,
    epoch=BigInteger,
    read_at=_MOMENT,
)
counter = _table(
    "counter",
    equipment=Text,
    counter=Text,
    unit=Text,
    incarnation=Text,
    total=_AMOUNT,
    read_at=_MOMENT,
    order_no=Text,
    lot_no=Text,
    item_no=Text,
    material_lot_no=Text,
)
uncounted = _table(
    "uncounted",
    no=BigInteger,
    id=Text,
    look=Text,
    plant=Text,
    equipment=Text,
    counter=Text,
    kind=Text,
    unit=Text,
    incarnation=Text,
    total=_AMOUNT,
    quantity=_AMOUNT,
    item_no=Text,
    material_lot_no=Text,
    scrap_reason=Text,
    order_no_before=Text,
    lot_no_before=Text,
    order_no=Text,
    lot_no=Text,
    read_at=_MOMENT,
    offset_minutes=Integer,
    time_uncertain=Boolean,
    code=Text,
    reason=Text,
    recorded_at=_MOMENT,
    state=Text,
    booked_order_no=Text,
    booked_lot_no=Text,
    settled_by=Text,
    settled_because=Text,
    settled_at=_MOMENT,
)


def among(columns: Sequence[Column[Any]], keys: Collection[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Whether the columns are one of `keys`; as arrays, for a family of lots has thousands."""
    arrays = (
        cast([key[place] for key in keys], ARRAY(column.type))
        for place, column in enumerate(columns)
    )
    names = (column.name for column in columns)
    given = func.unnest(*arrays).table_valued(*names).render_derived()
    return tuple_(*columns).in_(select(*given.c))


def of_orders(table: Table, keys: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """Whether a row belongs to one of the orders."""
    return among([table.c.plant, table.c.order_no], keys)


async def rows(statement: Executable) -> Sequence[Row[Any]]:
    """What a query finds, in the unit of work of this task."""
    connection = await current_work().session.connection()
    return (await connection.execute(statement)).all()


async def write(statement: Executable, values: Sequence[dict[str, Any]]) -> None:
    """Run a statement once for each set of values, in one round trip; for none, not at all."""
    if values:
        connection = await current_work().session.connection()
        await connection.execute(statement, values)
