"""One plant between the ledger and the erp service: what flows and faults of the main job share."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from plantmesh.common.v1 import instant_pb2, keys_pb2, page_pb2, quantity_pb2
from plantmesh.erp.v1 import orders_pb2, postings_pb2
from plantmesh.erp.v1.orders_pb2_grpc import OrderServiceStub
from plantmesh.erp.v1.postings_pb2_grpc import PostingServiceStub
from plantmesh.ops.v1 import desk_pb2
from plantmesh.ops.v1.desk_pb2_grpc import DeskServiceStub

from services.erp.domain.codes import Code
from services.kit.lanes.systems import System, put_system
from services.kit.rpc.client import Peer
from services.kit.store import Store
from tests.copies import put_codes, put_plant
from tests.faults.checker import Verdict, check
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Component, Item, Operation, Order

PLANT = "lyon"
MADE, USED, UNIT = "widget", "steel", "KGM"
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
CODES = [
    Code("uom", UNIT, "KGM"),
    Code("work_center", "WC-1", "press-1"),
    Code("status", "CRTD", "lifecycle.planned"),
    Code("status", "REL", "lifecycle.released"),
    Code("status", "CLSD", "lifecycle.closed"),
    Code("status", "DLFL", "lifecycle.cancelled"),
    Code("status", "PDLV", "delivery.partial"),
    Code("status", "DLV", "delivery.full"),
]
"""What the ledger's codes mean."""


def ledger_system(url: str, *, budget: float = 2000.0, **settings: Any) -> System:
    """The ledger's row in `systems`; impatient, so that tests need not be patient."""
    terms = {
        "request_timeout": 0.5,
        "longest_request_seconds": 1.0,
        "lane": {"batch": 3, "lease": 1.8},
        "page": 500,
    }
    return System("ledger", "ledger", (PLANT,), budget, "ledger", {"url": url, **terms, **settings})


async def introduce(dsn: str, system: System) -> None:
    """Make the plant, its ERP and the ERP's codes known to the erp service."""
    store = Store(dsn, pool_size=1)
    async with store.work() as work:
        await put_system(work, system)
        await put_plant(PLANT, "Europe/Paris")
        await put_codes(system.id, CODES)
    await store.close()


async def release_orders(ledger: Client, numbers: Iterable[str]) -> None:
    """Items, and released orders for 1000 widgets each."""
    for item in (MADE, USED):
        await ledger.keep(Item(item, UNIT))
    for number in numbers:
        await ledger.release(
            Order(
                plant=PLANT,
                order=number,
                item=MADE,
                quantity=Decimal(1000),
                unit=UNIT,
                due_start=NOON,
                due_end=NOON + dt.timedelta(days=1),
                components=(Component(10, USED, Decimal("1.5"), UNIT),),
                operations=(Operation(10, "press", "WC-1"),),
            )
        )


def posting(
    order: str, number: int, kind: str, item: str, amount: str, plant: str = PLANT
) -> postings_pb2.Posting:
    """A posting of confirmation `number`."""
    occurred_at = instant_pb2.Instant(offset_minutes=120)
    occurred_at.timestamp.FromDatetime(NOON)
    line = postings_pb2.PostingLine(
        item_no=item,
        lot_no=f"{kind}-{order}",
        quantity=quantity_pb2.Quantity(value=amount, unit="KGM"),
    )
    return postings_pb2.Posting(
        reference=f"{plant}/{order}/{number}/{kind}",
        order=keys_pb2.OrderKey(plant=plant, order_no=order),
        kind=postings_pb2.PostingKind.Value(f"POSTING_KIND_{kind.upper()}"),
        lines=[line],
        occurred_at=occurred_at,
    )


def output(order: str, number: int) -> postings_pb2.Posting:
    """2.5 kg of yield."""
    return posting(order, number, "yield", MADE, "2.5")


def input_of(order: str, number: int, item: str = USED) -> postings_pb2.Posting:
    """1.25 kg of steel, or of something the ledger may not know."""
    return posting(order, number, "consumption", item, "1.25")


@dataclass(frozen=True)
class Token:
    """A token that was minted, as a Peer's identity."""

    minted: str

    async def token(self) -> str:
        """Good for the length of a test."""
        return self.minted


class Desk:
    """What callers and operators do with the erp service at `address`."""

    def __init__(self, address: str, token: str) -> None:
        self._peer = Peer(address, Token(token), seconds=30)
        channel: Any = self._peer.channel
        self._orders = OrderServiceStub(channel)
        self._postings = PostingServiceStub(channel)
        self._desk = DeskServiceStub(channel)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._peer.close()

    async def orders(self, plant: str = PLANT) -> dict[str, orders_pb2.ProductionOrder]:
        """All of a plant, by order number."""
        found: dict[str, orders_pb2.ProductionOrder] = {}
        cursor, more = "", True
        while more:
            page = page_pb2.PageRequest(size=200, cursor=cursor)
            request = orders_pb2.ListOrdersRequest(plant=plant, page=page)
            answer = await self._orders.ListOrders(request)
            found |= {order.key.order_no: order for order in answer.orders}
            cursor, more = answer.page.end_cursor, answer.page.has_more
        return found

    async def accept(
        self, key: str, postings: Sequence[postings_pb2.Posting]
    ) -> postings_pb2.AcceptPostingsResponse:
        """Hand postings over, all or none."""
        request = postings_pb2.AcceptPostingsRequest(idempotency_key=key, postings=postings)
        return await self._postings.AcceptPostings(request)

    async def statuses(
        self, orders: Iterable[str], plant: str = PLANT
    ) -> list[postings_pb2.PostingStatus]:
        """Postings of the orders, in lane order."""
        keys = [keys_pb2.OrderKey(plant=plant, order_no=order) for order in orders]
        request = postings_pb2.BatchGetPostingsRequest(orders=keys)
        return list((await self._postings.BatchGetPostings(request)).postings)

    async def parked(self) -> list[desk_pb2.LaneEntry]:
        """What waits for a person."""
        answer = await self._desk.ListLaneEntries(desk_pb2.ListLaneEntriesRequest())
        return list(answer.entries)

    async def mend(self, entry: desk_pb2.LaneEntry, item: str) -> None:
        """Put another item on the first line, and replay."""
        whole = await self._desk.GetLaneEntry(desk_pb2.GetLaneEntryRequest(id=entry.id))
        payload = orjson.loads(whole.entry.payload)
        payload["lines"][0]["item_no"] = item
        await self._desk.FixLaneEntry(
            desk_pb2.FixLaneEntryRequest(
                idempotency_key=f"fix-{entry.id}",
                id=entry.id,
                payload=orjson.dumps(payload).decode(),
                reason="the line named the wrong item",
            )
        )
        await self._desk.ReplayLaneEntries(
            desk_pb2.ReplayLaneEntriesRequest(
                idempotency_key=f"replay-{entry.id}", ids=[entry.id], reason="mended"
            )
        )


def booked(journal: Path) -> list[tuple[str, str]]:
    """(order, reference) of each document, in order of arrival."""
    return [(one.posting.order, one.posting.reference) for one in documents(journal)]


def judge(accepted: Iterable[postings_pb2.Posting], journal: Path) -> Verdict:
    """The journal against what was accepted, in the order of acceptance."""
    by_order: Mapping[str, list[str]] = defaultdict(list)
    for one in accepted:
        by_order[one.order.order_no].append(one.reference)
    return check(by_order, booked(journal))
