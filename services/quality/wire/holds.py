"""Holds on the wire."""

from collections.abc import Iterable

from plantmesh.common.v1 import keys_pb2
from plantmesh.quality.v1 import quality_pb2 as _pb

from services.kit.errors import located
from services.kit.holds.wire import read_blocks, write_blocks
from services.kit.wire import write_moment
from services.quality.domain.hold import Block, Hold, HoldOrder, Report
from services.quality.domain.keys import LotKey
from services.quality.wire.keys import read_lot_key, write_lot_key
from services.quality.wire.scopes import read_scope, write_scope


def read_hold_orders(messages: Iterable[_pb.HoldOrder]) -> list[HoldOrder]:
    """In their order; raises InvalidError naming `holds[i]` and the field of its scope."""
    orders = []
    for position, one in enumerate(messages):
        with located(f"holds[{position}]"):
            scope = read_scope(one.scope) if one.HasField("scope") else None
        blocks, lots = tuple(read_blocks(one.blocks, Block)), _lots(one.lots)
        orders.append(HoldOrder(one.hold_no, one.plant, lots, one.reason, blocks, scope))
    return orders


def read_reports(messages: Iterable[_pb.HoldReport]) -> list[Report]:
    """Reports in their order."""
    return [Report(one.hold_no, one.version, _lots(one.lots), one.complete) for one in messages]


def write_holds(holds: Iterable[Hold]) -> list[_pb.Hold]:
    """Holds as they are."""
    return [write_hold(hold) for hold in holds]


def write_hold(hold: Hold) -> _pb.Hold:
    """One hold, with the lots named when it was placed."""
    message = _pb.Hold(
        hold_no=hold.no,
        plant=hold.order.plant,
        roots=[write_lot_key(lot) for lot in hold.order.lots],
        covered=hold.covered,
        state=_pb.HoldState.Value(f"HOLD_STATE_{hold.state.name}"),
        reason=hold.order.reason,
        placed_by=hold.placed_by,
        placed_at=write_moment(hold.placed_at),
        version=hold.version,
        as_of=write_moment(hold.as_of),
        blocks=write_blocks(hold.order.blocks),
    )
    if hold.order.scope:
        message.scope.CopyFrom(write_scope(hold.order.scope))
    if hold.release:
        message.release_reason = hold.release.reason
        message.released_by = hold.release.by
        message.released_at.CopyFrom(write_moment(hold.release.at))
    return message


def _lots(messages: Iterable[keys_pb2.LotKey]) -> tuple[LotKey, ...]:
    return tuple(read_lot_key(lot) for lot in messages)
