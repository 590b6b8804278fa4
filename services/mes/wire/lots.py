"""Lots, holds and genealogy on the wire."""

from collections.abc import Iterable, Iterator

from plantmesh.common.v1 import holds_pb2, keys_pb2
from plantmesh.mes.v1 import lots_pb2

from services.kit.holds import wire
from services.kit.wire import write_moment, write_quantity
from services.mes.application.trace import Family
from services.mes.domain.genealogy import Direction, Edge
from services.mes.domain.hold import Block, Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.lot import Lot
from services.mes.wire.keys import bare, write_lot_key

_PART = 1_000


def read_holds(messages: Iterable[holds_pb2.LotHold]) -> list[Hold]:
    """Holds as quality wants them."""
    return wire.read_holds(messages, Block, LotKey, Hold)


def read_direction(direction: lots_pb2.Direction.ValueType) -> Direction:
    """Which way a trace goes."""
    return Direction[bare(lots_pb2.Direction.Name(direction))]


def write_lots(lots: Iterable[Lot]) -> list[lots_pb2.Lot]:
    """Lots with the holds in force on them."""
    return [write_lot(lot) for lot in lots]


def write_lot(lot: Lot) -> lots_pb2.Lot:
    """One lot."""
    on_hand = lot.on_hand
    return lots_pb2.Lot(
        key=write_lot_key(lot.key),
        produced=write_quantity(lot.produced) if lot.produced else None,
        order_no=lot.order_no,
        produced_at=write_moment(lot.produced_at),
        hold_nos=sorted(lot.holds),
        as_of=write_moment(lot.as_of),
        on_hand=write_quantity(on_hand) if on_hand else None,
        expiry_at=write_moment(lot.expiry_at),
        country_of_origin=lot.country,
        supplier_lot=lot.supplier_lot,
        manufacturer=lot.manufacturer,
        attributes=lot.attributes,
        quality=lots_pb2.LotQuality.Value(f"LOT_QUALITY_{lot.status.name}"),
        disposition=lots_pb2.LotDisposition.Value(f"LOT_DISPOSITION_{lot.disposition.name}"),
        version=lot.version,
    )


def write_family(family: Family) -> Iterator[lots_pb2.TraceLotsResponse]:
    """In parts that fit a message: all lots, then the edges between them."""
    for start in range(0, len(family.lots), _PART):
        yield lots_pb2.TraceLotsResponse(lots=write_lots(family.lots[start : start + _PART]))
    for start in range(0, len(family.edges), _PART):
        part = family.edges[start : start + _PART]
        yield lots_pb2.TraceLotsResponse(edges=[write_edge(edge) for edge in part])


def write_edge(edge: Edge) -> lots_pb2.GenealogyEdge:
    """A link with its quantities."""
    message = lots_pb2.GenealogyEdge(
        to=write_lot_key(edge.link.target),
        kind=lots_pb2.EdgeKind.Value(f"EDGE_KIND_{edge.link.kind.name}"),
        order_no=edge.link.order.order_no,
        quantity=write_quantity(edge.quantity) if edge.quantity else None,
        made=write_quantity(edge.made) if edge.made else None,
    )
    source: keys_pb2.LotKey = getattr(message, "from")
    source.CopyFrom(write_lot_key(edge.link.source))
    return message
