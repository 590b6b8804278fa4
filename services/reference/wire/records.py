"""Records of master data, and the parts of the contract they come in."""

from typing import Any

from google.protobuf.message import Message
from plantmesh.reference.v1 import records_pb2, reference_pb2

from services.kit.errors import located
from services.reference.domain.bill import Bill
from services.reference.domain.change import EngineeringChange
from services.reference.domain.cost import StandardCost
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.location import Location
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.master_data import PARTS, MasterData
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.reason import Reason
from services.reference.domain.routing import Routing
from services.reference.ports import Record
from services.reference.wire import shape
from services.reference.wire.codes import read_mappings

_MESSAGES: dict[type, type[Message]] = {
    Item: reference_pb2.Item,
    Plant: reference_pb2.Plant,
    Bill: reference_pb2.Bom,
    Routing: reference_pb2.Routing,
    Equipment: reference_pb2.Equipment,
    Party: reference_pb2.Party,
    Location: records_pb2.Location,
    Reason: records_pb2.Reason,
    EngineeringChange: records_pb2.EngineeringChange,
    LotConversion: records_pb2.LotConversion,
    StandardCost: records_pb2.StandardCost,
}


def write_record(record: Record) -> Any:
    """The message of its kind."""
    return shape.write(record, _MESSAGES[type(record)])


def write_cost(cost: StandardCost, *, withheld: bool) -> records_pb2.StandardCost:
    """Without amount and currency for those who may not know them."""
    message: records_pb2.StandardCost = write_record(cost)
    if withheld:
        message.withheld = True
        message.ClearField("amount")
        message.ClearField("currency")
    return message


def read_master_data(request: reference_pb2.PutMasterDataRequest) -> MasterData:
    """Raises InvalidError naming the part, `items[3].base_unit`."""
    parts: dict[str, Any] = {
        part: _read_all(getattr(request, part), part, kind) for part, (kind, _) in PARTS.items()
    }
    mappings = read_mappings(request.code_mappings, part="code_mappings")
    return MasterData(**parts, code_mappings=mappings)


def _read_all(messages: Any, part: str, kind: type) -> list[Record]:
    found: list[Record] = []
    for place, message in enumerate(messages):
        with located(f"{part}[{place}]"):
            found.append(shape.read(message, kind))
    return found
