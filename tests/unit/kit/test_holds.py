"""Holds and their scopes as services read them off the wire, each in words of its own."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from plantmesh.common.v1 import holds_pb2 as pb
from plantmesh.common.v1 import instant_pb2, keys_pb2

from services.erp import wire as erp
from services.erp.domain import hold as erp_hold
from services.kit.errors import InvalidError
from services.kit.holds.wire import write_blocks
from services.mes import wire as mes
from services.mes.domain.hold import EVERYTHING, Block
from services.mes.domain.scope import Scope
from services.wms import wire as wms
from services.wms.domain import hold as stock_hold
from services.wms.domain import scope as stock_scope

NOON = instant_pb2.Instant(offset_minutes=120)
NOON.timestamp.FromDatetime(datetime(2026, 5, 4, 12, tzinfo=UTC))
DAY = date(2026, 5, 4)
KINDS = [
    pb.HoldScope(order=pb.OrderScope(order_no="4711")),
    pb.HoldScope(item=pb.ItemScope(item_no="BREAD", first_day="2026-05-04")),
    pb.HoldScope(item=pb.ItemScope(item_no="BREAD", first_day="2026-05-04", last_day="2026-05-05")),
    pb.HoldScope(equipment=pb.EquipmentScope(equipment="lyon/oven", starts_at=NOON)),
    pb.HoldScope(equipment=pb.EquipmentScope(equipment="o", starts_at=NOON, ends_at=NOON)),
    pb.HoldScope(supplier_lot=pb.SupplierLotScope(party="MILL", supplier_lot="M-7")),
]
SHIP = [pb.HOLD_BLOCK_SHIP]


def scoped(scope: pb.HoldScope, *blocks: "pb.HoldBlock.ValueType") -> pb.ScopedHold:
    """In Lyon."""
    kept: dict[str, Any] = {"hold_no": "H1", "plant": "lyon", "active": True, "version": 2}
    return pb.ScopedHold(scope=scope, blocks=blocks, **kept)


def test_every_kind_of_scope_is_read_and_stock_keeps_nothing_of_equipment() -> None:
    found = mes.read_scopes(map(scoped, KINDS))
    covers: list[dict[str, Any]] = [
        {"order_no": "4711"},
        {"item_no": "BREAD", "first_day": DAY},
        {"item_no": "BREAD", "first_day": DAY, "last_day": date(2026, 5, 5)},
        {"equipment": "lyon/oven", "starts_at": NOON.timestamp.ToDatetime(tzinfo=UTC)},
        dict.fromkeys(("starts_at", "ends_at"), NOON.timestamp.ToDatetime(tzinfo=UTC))
        | {"equipment": "o"},
        {"party": "MILL", "supplier_lot": "M-7"},
    ]
    assert found == [Scope("H1", "lyon", True, 2, **one) for one in covers]
    nothing = [{} if "equipment" in one else one for one in covers]
    assert wms.read_scopes(map(scoped, KINDS)) == [
        stock_scope.Scope("H1", "lyon", True, 2, **one) for one in nothing
    ]


def test_what_a_scope_blocks_is_what_it_names_and_else_everything() -> None:
    some, all_ = mes.read_scopes([scoped(KINDS[0], *SHIP), scoped(KINDS[0])])
    assert (some.blocks, all_.blocks) == (frozenset({Block.SHIP}), EVERYTHING)


@pytest.mark.parametrize("field", ["first_day", "last_day"])
def test_a_day_that_is_none_is_refused_by_its_path(field: str) -> None:
    days = {"first_day": "2026-05-04", field: "tomorrow"}
    bad = pb.HoldScope(item=pb.ItemScope(item_no="BREAD", **days))
    for read in (mes.read_scopes, wms.read_scopes):
        with pytest.raises(InvalidError) as refused:
            read([scoped(KINDS[0]), scoped(bad)])
        assert (refused.value.code, refused.value.field) == (
            "bad_day",
            f"holds[1].scope.item.{field}",
        )
        assert refused.value.hint


def test_a_hold_on_a_lot_is_read_by_all_who_enforce_it() -> None:
    lot = keys_pb2.LotKey(plant="lyon", item_no="BREAD", lot_no="L1")
    message = pb.LotHold(hold_no="H1", lot=lot, active=True, version=3, blocks=SHIP)
    for read, block in (
        (mes.read_holds, Block),
        (wms.read_holds, stock_hold.Block),
        (erp.read_holds, erp_hold.Block),
    ):
        [hold] = read([message])
        assert (hold.hold_no, str(hold.lot), hold.active, hold.version) == (
            "H1",
            "lyon/BREAD/L1",
            True,
            3,
        )
        assert [one.name for one in hold.blocks] == ["SHIP"]
        [bare] = read([pb.LotHold(hold_no="H1", lot=lot)])
        assert len(bare.blocks) == len(block)
    assert write_blocks([Block.SHIP, Block.MOVE]) == [pb.HOLD_BLOCK_SHIP, pb.HOLD_BLOCK_MOVE]
