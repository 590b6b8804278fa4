"""Events, and the key under which each keeps its order."""

from collections.abc import Iterator

from google.protobuf.message import Message
from plantmesh.wms.v1 import events_pb2

from services.wms.domain.demand import Reservation
from services.wms.domain.stock import Booked
from services.wms.domain.stock_count import StockCount
from services.wms.ports import Fact
from services.wms.wire.counts import write_count
from services.wms.wire.movements import write_movement
from services.wms.wire.reservations import write_reservation
from services.wms.wire.stock import write_balance
from services.wms.wire.units import write_unit


def write_facts(fact: Fact) -> Iterator[tuple[str, Message]]:
    """What tells of it; a movement between lots is told to both."""
    match fact:
        case Booked():
            yield from _movement(fact)
        case Reservation():
            told = events_pb2.ReservationChanged(reservation=write_reservation(fact))
            yield f"reservation/{fact.key.plant}/{fact.key.no}", told
        case StockCount():
            count = write_count(fact, lines=False)
            key = f"count/{fact.key.plant}/{fact.key.no}"
            yield key, events_pb2.StockCountChanged(count=count)
        case _:
            unit = write_unit(fact)
            yield f"hu/{unit.sscc}", events_pb2.HandlingUnitChanged(unit=unit)


def _movement(booked: Booked) -> Iterator[tuple[str, Message]]:
    lot, movement = booked.movement.lot, write_movement(booked.movement)
    here = [write_balance(one) for one in booked.balances if one.place.lot == lot]
    yield str(lot), events_pb2.StockMoved(movement=movement, balances=here)
    for one in booked.balances:
        if one.place.lot != lot:
            there = events_pb2.StockArrived(movement=movement, balances=[write_balance(one)])
            yield str(one.place.lot), there
