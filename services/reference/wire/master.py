"""MasterDataService's own messages."""

from collections.abc import Callable, Iterable
from typing import Any

from plantmesh.reference.v1 import master_pb2 as pb
from plantmesh.reference.v1 import records_pb2, reference_pb2

from services.kit.errors import located
from services.reference.application.advance import ChangeStep, ItemStep
from services.reference.application.find_effective import Effective, Made
from services.reference.domain.change_state import ChangeCommand
from services.reference.domain.cost import StandardCost
from services.reference.domain.item_state import ItemCommand
from services.reference.ports import Record
from services.reference.wire.records import write_cost, write_record
from services.reference.wire.shape import read_date

KINDS: dict[int, str] = {
    int(number): name.removeprefix("MASTER_DATA_KIND_").lower()
    for name, number in pb.MasterDataKind.items()
}
"""What a kind is called in a request of PutMasterData."""
_MEMBERS = {
    "items": "item",
    "plants": "plant",
    "boms": "bom",
    "routings": "routing",
    "equipment": "equipment",
    "parties": "party",
    "locations": "location",
    "reasons": "reason",
    "changes": "change",
    "lot_conversions": "lot_conversion",
    "standard_costs": "standard_cost",
}


def read_made(request: pb.BatchGetEffectiveRequest) -> list[Made]:
    """Raises InvalidError naming `items[i].on`."""
    found = []
    for place, one in enumerate(request.items):
        with located(f"items[{place}]"):
            day = read_date(one.on, "on")
            found.append(Made(one.plant, one.item_no, one.alternative, day))
    return found


def write_effective(found: Effective) -> pb.Effective:
    """What applies."""
    made = found.made
    return pb.Effective(
        made=pb.MadeOn(
            plant=made.plant,
            item_no=made.item_no,
            alternative=made.alternative,
            on=made.on.isoformat(),
        ),
        bom=write_record(found.bill) if found.bill else None,
        routing=write_record(found.routing) if found.routing else None,
        revision=found.revision,
    )


def read_item_steps(request: pb.AdvanceItemsRequest) -> list[ItemStep]:
    """In their order."""
    read = _commands(reference_pb2.ItemCommand, "ITEM_COMMAND_")
    return [
        ItemStep(one.item_no, ItemCommand[read(one.command)], one.version) for one in request.steps
    ]


def read_change_steps(request: pb.AdvanceChangesRequest) -> list[ChangeStep]:
    """In their order."""
    read = _commands(records_pb2.ChangeCommand, "CHANGE_COMMAND_")
    return [
        ChangeStep(one.eco_no, ChangeCommand[read(one.command)], one.version)
        for one in request.steps
    ]


def write_records(
    part: str, records: Iterable[Record], *, withheld: bool
) -> list[pb.MasterDataRecord]:
    """Each as the member of its kind."""
    return [
        pb.MasterDataRecord(**{_MEMBERS[part]: _write(one, withheld=withheld)}) for one in records
    ]


def _write(record: Record, *, withheld: bool) -> Any:
    if isinstance(record, StandardCost):
        return write_cost(record, withheld=withheld)
    return write_record(record)


def _commands(kind: Any, prefix: str) -> Callable[[int], str]:
    def read(number: int) -> str:
        return str(kind.Name(number)).removeprefix(prefix)

    return read
