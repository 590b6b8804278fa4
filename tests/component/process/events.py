"""What erp, mes and quality tell, as the tests need it."""

import datetime as dt

from plantmesh.common.v1 import instant_pb2, keys_pb2, quantity_pb2
from plantmesh.common.v1.holds_pb2 import HOLD_BLOCK_CONSUME, HOLD_BLOCK_POSTING
from plantmesh.erp.v1 import events_pb2 as erp_pb2
from plantmesh.erp.v1 import orders_pb2, postings_pb2
from plantmesh.mes.v1 import events_pb2 as mes_pb2
from plantmesh.mes.v1 import lots_pb2, work_orders_pb2
from plantmesh.quality.v1 import events_pb2 as quality_pb2
from plantmesh.quality.v1 import quality_pb2 as pb

from tests.component.process.peers.book import Lot

PLANT, ITEM, STEEL = "lyon", "widget", "steel"
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


def amount(value: str, unit: str = "KGM") -> quantity_pb2.Quantity:
    """In kilograms."""
    return quantity_pb2.Quantity(value=value, unit=unit)


def order_key(order: str) -> keys_pb2.OrderKey:
    """In Lyon."""
    return keys_pb2.OrderKey(plant=PLANT, order_no=order)


def lot_key(lot: Lot) -> keys_pb2.LotKey:
    """As a message."""
    plant, item_no, lot_no = lot
    return keys_pb2.LotKey(plant=plant, item_no=item_no, lot_no=lot_no)


def made(lot_no: str) -> Lot:
    """A lot of widgets."""
    return PLANT, ITEM, lot_no


def released(order: str, version: str = "1") -> erp_pb2.ProductionOrderReleased:
    """An order for 1000 kg."""
    return erp_pb2.ProductionOrderReleased(
        order=orders_pb2.ProductionOrder(
            key=order_key(order),
            item_no=ITEM,
            quantity=amount("1000"),
            lifecycle=orders_pb2.ORDER_LIFECYCLE_RELEASED,
            erp_version=version,
            operations=[
                orders_pb2.Operation(
                    sequence=10,
                    segment="press",
                    work_center="WC-1",
                    control=orders_pb2.OPERATION_CONTROL_MILESTONE,
                )
            ],
            components=[
                orders_pb2.Component(
                    position=10,
                    item_no=STEEL,
                    quantity=amount("1.5"),
                    backflush=True,
                    operation_sequence=10,
                    lot_no="S-1",
                )
            ],
        )
    )


def confirmed(
    order: str,
    number: int,
    good: str = "10",
    *,
    lot: str = "",
    scrap: str = "",
    consumed: str = "12",
) -> mes_pb2.OperationConfirmed:
    """Confirmation `number`; into the lot L-<order> if none is named."""
    report = work_orders_pb2.Confirmation(
        id=f"{order}-{number}",
        order=order_key(order),
        lot_no=lot or f"L-{order}",
        occurred_at=instant_pb2.Instant(offset_minutes=120),
    )
    report.occurred_at.timestamp.FromDatetime(NOON)
    getattr(report, "yield").CopyFrom(amount(good))
    if scrap:
        report.scrap.add(quantity=amount(scrap), reason="worn_tool")
    if consumed:
        report.consumed.add(item_no=STEEL, lot_no="S-1", quantity=amount(consumed))
    return mes_pb2.OperationConfirmed(confirmation_no=number, confirmation=report, item_no=ITEM)


def reversed_by(number: int, taken: mes_pb2.OperationConfirmed) -> mes_pb2.ConfirmationReversed:
    """Confirmation `number` takes another back."""
    report = taken.confirmation
    return mes_pb2.ConfirmationReversed(
        confirmation_no=number,
        id=f"{report.id}-back",
        reverses=taken.confirmation_no,
        reversed=report,
        item_no=ITEM,
        reason="miscounted",
        occurred_at=report.occurred_at,
    )


def born_held(order: str, lot_no: str, *hold_nos: str) -> mes_pb2.LotProduced:
    """A lot made of held material."""
    lot = lots_pb2.Lot(key=lot_key(made(lot_no)), order_no=order, hold_nos=hold_nos)
    return mes_pb2.LotProduced(lot=lot)


def disposed(
    order: str,
    split: int,
    quantity: str,
    outcome: pb.Outcome.ValueType = pb.OUTCOME_ACCEPT,
    *,
    lot: str = "",
) -> quality_pb2.DispositionMade:
    """Split `split` of the inspection of the order's lot."""
    lot_no = lot or f"L-{order}"
    return quality_pb2.DispositionMade(
        inspection=pb.Inspection(
            inspection_no=f"I-{lot_no}", lot=lot_key(made(lot_no)), order_no=order
        ),
        disposition=pb.Disposition(split_no=split, outcome=outcome, quantity=amount(quantity)),
    )


def hold(hold_no: str, *roots: Lot, version: int = 1) -> pb.Hold:
    """On these lots."""
    return pb.Hold(
        hold_no=hold_no,
        plant=PLANT,
        roots=map(lot_key, roots),
        version=version,
        blocks=[HOLD_BLOCK_CONSUME, HOLD_BLOCK_POSTING],
    )


def scoped(hold_no: str, order_no: str, version: int = 1) -> pb.Hold:
    """On what an order makes."""
    placed = hold(hold_no, version=version)
    placed.scope.order.order_no = order_no
    return placed


def caught(hold_no: str, lot: Lot, order: str = "") -> mes_pb2.LotCaught:
    """A lot came under its scope, by a confirmation of the order if one is named."""
    key = order_key(order) if order else None
    return mes_pb2.LotCaught(lot=lot_key(lot), hold_no=hold_no, version=1, order=key)


def posting_done(posting: postings_pb2.Posting, document: str) -> erp_pb2.PostingDone:
    """It stands in the ERP."""
    return erp_pb2.PostingDone(
        posting=postings_pb2.PostingStatus(
            posting=posting, document=document, state=postings_pb2.POSTING_STATE_POSTED
        )
    )


def ended(order: str, *, closed: bool = False) -> mes_pb2.WorkOrderStateChanged:
    """It is completed, or was and is closed."""
    running, completed = work_orders_pb2.LIFECYCLE_RUNNING, work_orders_pb2.LIFECYCLE_COMPLETED
    told = mes_pb2.WorkOrderStateChanged(
        order=order_key(order), to=work_orders_pb2.LIFECYCLE_CLOSED if closed else completed
    )
    setattr(told, "from", completed if closed else running)
    return told
