"""The gRPC face of the ERP service. Domain errors become status codes in kit.rpc."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from google.protobuf.message import Message
from plantmesh.common.v1 import holds_pb2_grpc
from plantmesh.common.v1.snapshot_pb2_grpc import add_SnapshotServiceServicer_to_server
from plantmesh.erp.v1 import (
    commercial_pb2_grpc,
    mapping_pb2_grpc,
    money_pb2_grpc,
    orders_pb2_grpc,
    postings_pb2_grpc,
    reading_pb2_grpc,
    sources_pb2_grpc,
)

from services.erp import policy, wire
from services.erp.application.read_erp import Words
from services.erp.application.read_state import read_commercial_state, read_state
from services.erp.domain.keys import CommercialKey, OrderKey
from services.erp.ports import Books
from services.erp.ports.reading import Readings
from services.erp.rpc.commercial import PurchaseOrderServicer, SalesOrderServicer
from services.erp.rpc.holds import HoldServicer
from services.erp.rpc.mapping import MappingServicer, Reader
from services.erp.rpc.money import MoneyServicer
from services.erp.rpc.orders import OrderServicer
from services.erp.rpc.postings import Learn, PostingServicer
from services.erp.rpc.reading import ErpReadingServicer
from services.erp.rpc.sources import SourceServicer
from services.erp.store.replays import SqlReplays
from services.erp.store.sources import SqlSources
from services.kit.backbone.topic import Topic
from services.kit.copies.measures import CopiedMeasures
from services.kit.rpc.server import Registration
from services.kit.rpc.snapshot import SnapshotServicer
from services.kit.store import Store


@dataclass(frozen=True, slots=True)
class Means:
    """What the calls work with: how plants become known, raw orders are read, who was heard, and
    whom to ask what it has.
    """

    learn_plants: Learn
    reader: Reader
    sources: SqlSources
    readings: Readings


def registrations(store: Store, books: Books, topic: Topic, means: Means) -> list[Registration]:
    """Everything the service answers."""

    async def state(partition: int) -> AsyncIterator[Iterable[Message]]:
        def wanted(key: OrderKey | CommercialKey) -> bool:
            return topic.part_of(str(key)) == partition

        async for part in read_state(books, wanted):
            yield wire.write_state(*part)
        shown = policy.sees_trade(policy.may_copy())
        async for some in read_commercial_state(books, wanted):
            yield [wire.write_commercial_event(order, shown=shown) for order in some]

    sales = SalesOrderServicer(store, books.commercial)
    purchases = PurchaseOrderServicer(store, books.commercial)
    holds = HoldServicer(store, books)
    mapping = MappingServicer(store, books, SqlReplays(), means.reader)
    snapshots = SnapshotServicer(store, topic, state, policy.may_copy)
    return [
        (orders_pb2_grpc.add_OrderServiceServicer_to_server, OrderServicer(store, books)),
        (
            postings_pb2_grpc.add_PostingServiceServicer_to_server,
            PostingServicer(store, books, means.learn_plants),
        ),
        (commercial_pb2_grpc.add_SalesOrderServiceServicer_to_server, sales),
        (commercial_pb2_grpc.add_PurchaseOrderServiceServicer_to_server, purchases),
        (holds_pb2_grpc.add_HoldEnforcementServiceServicer_to_server, holds),
        (mapping_pb2_grpc.add_MappingServiceServicer_to_server, mapping),
        (
            sources_pb2_grpc.add_SourceServiceServicer_to_server,
            SourceServicer(store, means.sources),
        ),
        (
            reading_pb2_grpc.add_ErpReadingServiceServicer_to_server,
            ErpReadingServicer(
                store, means.readings, Words(books.codes, CopiedMeasures(wire.ITEMS, wire.LOTS))
            ),
        ),
        (
            money_pb2_grpc.add_MoneyServiceServicer_to_server,
            MoneyServicer(store, books.accounts),
        ),
        (add_SnapshotServiceServicer_to_server, snapshots),
    ]
