"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `floor`.
"""

from tests.unit.mes.use_cases.attributions import AttributionsContract
from tests.unit.mes.use_cases.border import BorderContract
from tests.unit.mes.use_cases.confirmations import ConfirmationsContract
from tests.unit.mes.use_cases.counts import CountsContract
from tests.unit.mes.use_cases.genealogy import GenealogyContract
from tests.unit.mes.use_cases.holds import HoldsContract
from tests.unit.mes.use_cases.lot_states import LotStatesContract
from tests.unit.mes.use_cases.measuring import MeasuringContract
from tests.unit.mes.use_cases.operations import OperationsContract
from tests.unit.mes.use_cases.orders import OrdersContract
from tests.unit.mes.use_cases.recalls import RecallsContract
from tests.unit.mes.use_cases.reversals import (
    EffortContract,
    MaterialContract,
    ReversalsContract,
)
from tests.unit.mes.use_cases.scopes import ScopesContract
from tests.unit.mes.use_cases.steps import (
    Floor,
    command,
    confirm,
    create,
    edges,
    family,
    lot,
    put,
    refused,
    void,
)
from tests.unit.mes.use_cases.stock import StockContract

__all__ = [
    "AttributionsContract",
    "BorderContract",
    "ConfirmationsContract",
    "CountsContract",
    "EffortContract",
    "Floor",
    "GenealogyContract",
    "HoldsContract",
    "LotStatesContract",
    "MaterialContract",
    "MeasuringContract",
    "OperationsContract",
    "OrdersContract",
    "RecallsContract",
    "ReversalsContract",
    "ScopesContract",
    "StockContract",
    "command",
    "confirm",
    "create",
    "edges",
    "family",
    "lot",
    "put",
    "refused",
    "void",
]
