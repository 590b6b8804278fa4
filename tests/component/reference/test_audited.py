"""Whatever stewards and planners change of master data stands in the audit."""

from typing import Any

from plantmesh.reference.v1 import master_pb2, records_pb2
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.codes_pb2_grpc import CodeServiceStub
from plantmesh.reference.v1.master_pb2_grpc import MasterDataServiceStub
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.rpc.client import Peer
from tests.audited import play, step
from tests.component.kit.rpc.desk import Given
from tests.component.reference.conftest import Library, token
from tests.component.reference.messages import amount, approve, code, everything, mapping, put
from tests.component.reference.test_codes import BOB, draft, retire
from tests.component.reference.test_records import ALL, COST, ITEMS, pieces

CHANGE = records_pb2.EngineeringChange(eco_no="eco-1", plant="lyon", title="stronger")
MOVED = master_pb2.ChangeStep(eco_no="eco-1", command=records_pb2.CHANGE_COMMAND_SUBMIT)
GONE = master_pb2.ItemStep(item_no="steel", command=pb.ITEM_COMMAND_WITHDRAW)
FILE = b"item_no,base_unit,type\r\nnut,H87,raw\r\n"
STEPS = (
    step(everything(), "bill code_map equipment item party plant routing"),
    step(put("k-2", changes=[CHANGE]), "engineering_change"),
    step(
        put("k-3", standard_costs=[records_pb2.StandardCost(**COST, per=amount("1"))]),
        "standard_cost",
    ),
    step(draft(mapping("BX", "H87")), "code_map"),
    step(approve(mapping("BX", "H87")), "code_map"),
    step(retire(code("BX"), 1), "code_map"),
    step(master_pb2.AdvanceItemsRequest(idempotency_key="i", steps=[GONE]), "item"),
    step(
        master_pb2.AdvanceChangesRequest(idempotency_key="c", steps=[MOVED]),
        "engineering_change",
    ),
    step(master_pb2.LoadMasterDataRequest(kind=ITEMS, content=FILE), "item"),
)


async def test_everything_that_is_asked_of_reference(library: Library) -> None:
    stubs: dict[str, list[Any]] = {}
    peers = [Peer(f"127.0.0.1:{library.server.port}", Given(given)) for given in (token(ALL), BOB)]
    for name, peer in zip(("ann", "bob"), peers, strict=True):
        services = ReferenceServiceStub, MasterDataServiceStub, CodeServiceStub
        stubs[name] = [service(peer.channel) for service in services]

    async def ask(request: Any) -> Any:
        method = request.DESCRIPTOR.name.removesuffix("Request")
        who = "bob" if method == "ApproveCodes" else "ann"
        call = next(getattr(one, method) for one in stubs[who] if hasattr(one, method))
        if method == "LoadMasterData":
            return await call(pieces(request.content, kind=request.kind))
        return await call(request)

    await play(library, library.store, ask, STEPS)
    for peer in peers:
        await peer.close()
    rows = await library.ask(
        "SELECT old->>'state', new->>'state', method FROM audit_unsealed"
        " WHERE kind = 'engineering_change' ORDER BY id"
    )
    assert rows == [(None, "draft", "PutMasterData"), ("draft", "review", "AdvanceChanges")]
