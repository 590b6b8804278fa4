"""What quality copies: items, measured lots, equipment and parties of reference; orders of mes."""

from collections.abc import Iterable, Mapping
from typing import Any

from plantmesh.mes.v1 import events_pb2 as mes_pb2
from plantmesh.reference.v1 import reference_pb2 as pb
from plantmesh.reference.v1.events_pb2 import (
    EquipmentChanged,
    ItemChanged,
    LotConversionChanged,
    PartyChanged,
)
from plantmesh.reference.v1.reference_pb2_grpc import ReferenceServiceStub

from services.kit.assembly import Assembly
from services.kit.backbone.subscriptions import Subscriptions
from services.kit.backbone.topic import Topic
from services.kit.copies import Copies
from services.kit.rpc.client import Peer
from services.kit.service import Service
from services.kit.store import Store
from services.quality import wire
from services.quality.domain.scope import Kind, Name

REFERENCE = Topic("plantmesh.reference")
MES = Topic("plantmesh.mes")
ORDERS = "quality orders"
"""The consumer of orders; its cursors are its own, so that items never wait for them."""


def copies(store: Store, reference: Peer) -> Copies:
    """Kept by the consumer quality."""
    stub: Any = ReferenceServiceStub(reference.channel)

    async def items(numbers: list[str]) -> Iterable[pb.Item]:
        answer: pb.BatchGetItemsResponse = await stub.BatchGetItems(
            pb.BatchGetItemsRequest(item_nos=numbers)
        )
        return answer.items

    async def equipment(paths: list[str]) -> Iterable[pb.Equipment]:
        answer: pb.BatchGetEquipmentResponse = await stub.BatchGetEquipment(
            pb.BatchGetEquipmentRequest(paths=paths)
        )
        return answer.equipment

    async def parties(ids: list[str]) -> Iterable[pb.Party]:
        answer: pb.BatchGetPartiesResponse = await stub.BatchGetParties(
            pb.BatchGetPartiesRequest(party_ids=ids)
        )
        return answer.parties

    found = Copies(store, REFERENCE, "quality", reference)
    found.keep(wire.ITEMS, told_by=ItemChanged, carried=lambda event: event.item, ask=items)
    found.keep(wire.LOTS, told_by=LotConversionChanged, carried=lambda event: event.conversion)
    found.keep(
        wire.EQUIPMENT,
        told_by=EquipmentChanged,
        carried=lambda event: event.equipment,
        ask=equipment,
    )
    found.keep(wire.PARTIES, told_by=PartyChanged, carried=lambda event: event.party, ask=parties)
    return found


def follow_orders(quality: Assembly, service: Service, mes: Peer) -> None:
    """Copy who orders are as mes tells of them; it is asked for its snapshot alone, once."""
    found, subscriptions = Copies(quality.store, MES, ORDERS, mes), Subscriptions()
    told = (mes_pb2.WorkOrderCreated, mes_pb2.WorkOrderOpened)
    found.keep(wire.ORDERS, told_by=told, carried=lambda event: event.order)
    found.follow(subscriptions)
    service.add("copies of orders", found.part())
    quality.consume(subscriptions, [MES], name=ORDERS)


class LookUp:
    """Asks reference for what scopes name and we lack; orders come from mes by themselves."""

    def __init__(self, copies: Copies) -> None:
        self._copies = copies

    async def __call__(self, wanted: Mapping[Name, str]) -> None:
        """Raises UnavailableError naming the field of the first we lack while nobody answers."""
        for kind in {name.kind for name in wanted} - {Kind.ORDER}:
            fields = {name.key: field for name, field in wanted.items() if name.kind is kind}
            await self._copies.learn(wire.NAMED[kind], fields)
