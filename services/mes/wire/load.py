"""Open orders, lots and genealogy as files have them."""

from collections.abc import Mapping

from services.kit.clock import Instant
from services.kit.loading import Cells, Sheet
from services.kit.quantity import Quantity
from services.mes.domain.genealogy import Edge, Kind, Link
from services.mes.domain.keys import LotKey, OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.lot_state import LotDisposition, LotQuality
from services.mes.domain.opening import OpenEdge, OpenLot, OpenOperation
from services.mes.domain.progress import Progress


def _read_operation(cells: Cells) -> OpenOperation:
    return OpenOperation(
        OrderKey(cells.name("plant", 32), cells.name("order_no")),
        cells.whole("operation"),
        cells.choice("lifecycle", Lifecycle),
        Progress(*(cells.quantity(name, "unit") for name in ("good", "scrap", "rework"))),
        cells.flag("final"),
        cells.instant("as_of"),
    )


def _write_operation(row: OpenOperation) -> Mapping[str, str]:
    return {
        **row.order._asdict(),
        "operation": str(row.operation),
        "lifecycle": row.lifecycle,
        "good": row.made.good.text,
        "scrap": row.made.scrap.text,
        "rework": row.made.rework.text,
        "unit": row.made.good.unit,
        "final": "true" if row.final else "false",
        "as_of": str(row.as_of),
    }


def _read_lot(cells: Cells) -> OpenLot:
    return OpenLot(
        _read_key(cells, "item_no", "lot_no"),
        cells.choice("quality", LotQuality),
        cells.choice("disposition", LotDisposition),
        cells.instant("as_of"),
        cells.text("order_no"),
        cells.instant_or_none("expiry_at"),
        cells.text("country_of_origin", 2),
        cells.text("supplier_lot"),
        cells.text("manufacturer"),
        cells.pairs("attributes"),
    )


def _write_lot(row: OpenLot) -> Mapping[str, str]:
    return {
        **row.key._asdict(),
        "quality": row.quality,
        "disposition": row.disposition,
        "as_of": str(row.as_of),
        "order_no": row.order_no,
        "expiry_at": _moment(row.expiry),
        "country_of_origin": row.country,
        "supplier_lot": row.supplier_lot,
        "manufacturer": row.manufacturer,
        "attributes": "|".join(f"{name}={value}" for name, value in row.attributes.items()),
    }


def _read_edge(cells: Cells) -> OpenEdge:
    source = _read_key(cells, "from_item", "from_lot")
    target = _read_key(cells, "to_item", "to_lot")
    link = Link(
        source, target, OrderKey(target.plant, cells.text("order_no")), cells.choice("kind", Kind)
    )
    edge = Edge(link, _share(cells, "quantity"), _share(cells, "made"))
    return OpenEdge(
        edge,
        cells.whole("operation"),
        cells.text("equipment", 200),
        cells.instant("occurred_at"),
        cells.instant("as_of"),
        cells.flag("void"),
    )


def _write_edge(row: OpenEdge) -> Mapping[str, str]:
    link, quantity, made = row.edge
    return {
        "plant": row.plant,
        "from_item": link.source.item_no,
        "from_lot": link.source.lot_no,
        "to_item": link.target.item_no,
        "to_lot": link.target.lot_no,
        "kind": link.kind,
        "occurred_at": str(row.occurred_at),
        "as_of": str(row.as_of),
        "order_no": link.order.order_no,
        "operation": str(row.operation),
        "quantity": quantity.text if quantity else "",
        "quantity_unit": quantity.unit if quantity else "",
        "made": made.text if made else "",
        "made_unit": made.unit if made else "",
        "equipment": row.equipment,
        "void": "true" if row.void else "",
    }


def _read_key(cells: Cells, item: str, lot: str) -> LotKey:
    return LotKey(cells.name("plant", 32), cells.name(item), cells.name(lot))


def _share(cells: Cells, column: str) -> Quantity | None:
    """None where nobody knows how much it was."""
    return cells.quantity(column) if cells.text(column) else None


def _moment(instant: Instant | None) -> str:
    return str(instant) if instant else ""


ORDERS = Sheet(
    required=("plant", "order_no", "lifecycle", "good", "scrap", "rework", "unit", "as_of"),
    optional=("operation", "final"),
    read=_read_operation,
    write=_write_operation,
    key=lambda row: row.name,
    agree=lambda row: (str(row.order), row.lifecycle),
)
LOTS = Sheet(
    required=("plant", "item_no", "lot_no", "quality", "disposition", "as_of"),
    optional=(
        *("order_no", "expiry_at", "country_of_origin", "supplier_lot", "manufacturer"),
        "attributes",
    ),
    read=_read_lot,
    write=_write_lot,
    key=lambda row: row.name,
)
GENEALOGY = Sheet(
    required=(
        *("plant", "from_item", "from_lot", "to_item", "to_lot", "kind", "occurred_at", "as_of"),
    ),
    optional=(
        *("order_no", "operation", "quantity", "quantity_unit", "made", "made_unit"),
        *("equipment", "void"),
    ),
    read=_read_edge,
    write=_write_edge,
    key=lambda row: row.name,
)
