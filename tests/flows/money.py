"""What the flows' plant is worth: the journal, as its controller reads it."""

from collections.abc import Sequence
from typing import Any

from plantmesh.erp.v1.money_pb2_grpc import MoneyServiceStub
from plantmesh.wms.v1.wms_pb2_grpc import StockServiceStub

from tests.flows.plant import Plant
from tests.shopfloor import PLANT
from tools.demo.finance import Finances, finances


async def journal(plant: Plant, orders: Sequence[str] = ()) -> Finances:
    """As it is now, with the costs of these orders."""
    money: Any = MoneyServiceStub(plant.peers["controller@erp"].channel)
    stock: Any = StockServiceStub(plant.peers["storekeeper@wms"].channel)
    return await finances(money, stock, PLANT, orders)


async def is_booked(plant: Plant) -> bool:
    """Whether every movement of stock is in the journal, nothing waits, and it balances."""
    found = await journal(plant)
    balances = sum(one.balance for one in found.accounts)
    return found.moved == {*found.booked} and not found.parked and not balances
