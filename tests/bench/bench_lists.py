"""What lists cost beside their rows: pages over gRPC and in the graph, against the same SELECT."""

from functools import partial

import aiohttp
import psycopg
import uvloop
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.mes.v1.lots_pb2 import ListLotsRequest
from plantmesh.mes.v1.lots_pb2_grpc import LotServiceStub

from services.kit.graph.app import PATH
from services.kit.migrate import migrate
from services.kit.paging import LARGEST_SIZE
from services.kit.rpc.client import Peer
from tests.bench.families import Families, fill
from tests.bench.meter import measure, postgres_cpu
from tests.bench.report import Result, Step
from tests.bench.serving import served
from tests.component.kit.rpc.desk import Given
from tests.servers import postgres_server
from tools.mesh.ports import LOOPBACK

# What both lists tell of a lot, in their order and by pages of their size.
_RAW = """
    SELECT plant, item_no, lot_no, order_no, unit, produced, produced_at, supplied, spent,
        expiry_at, country, supplier_lot, manufacturer, attributes, quality, disposition, version,
        as_of
    FROM lot WHERE plant = 'lyon' AND (item_no, lot_no) > (%s, %s)
    ORDER BY item_no, lot_no LIMIT %s
"""
_GRAPH = """
    query Lots($first: Int!, $after: String) {
      lots(plant: "lyon", first: $first, after: $after) {
        edges { node { id identity {
          plant itemNo lotNo order { id } produced { value unit } producedAt onHand { value unit }
          expiryAt countryOfOrigin supplierLot manufacturer quality disposition asOf
        } } }
        pageInfo { endCursor hasNextPage }
      }
    }
"""


def lists(lots: int = 20_000) -> Result:
    """Every lot of a plant by the largest pages; the callers' CPU and the service's together."""
    with postgres_server() as postgres:
        dsn = postgres.dsn("mes", prepared_by=partial(migrate, "mes"))
        fill(dsn, Families(lots, (lots // 4, lots // 2)))
        before = postgres_cpu(postgres.url)
        rows = measure(_rows, dsn)
        steps = [Step("rows by SELECT", rows, {"PostgreSQL": postgres_cpu(postgres.url) - before})]
        with served("mes", postgres, dsn, "mes:read") as mes:
            for name, work, port in (
                ("ListLots over gRPC", _calls, "grpc"),
                ("lots in the subgraph", _documents, "graph"),
            ):
                mes.step(name, work, port)
                steps.append(mes.step(name, work, port))
    raw, grpc, graph = (step.cost.per_cpu_second for step in steps)
    return Result(
        name="lists",
        says=f"lots a CPU second by pages of {LARGEST_SIZE} over gRPC, by the rows alone by SELECT"
        f" (in the subgraph {graph / raw:.3f})",
        ratio=grpc / raw,
        aim=0,
        right=all(step.cost.count == lots for step in steps),
        steps=steps,
    )


def _rows(dsn: str) -> int:
    """As a program without a service would read them: tuples."""
    found: set[tuple[str, str]] = set()
    item_no = lot_no = ""
    with psycopg.connect(dsn) as connection:
        while page := connection.execute(_RAW, (item_no, lot_no, LARGEST_SIZE)).fetchall():
            found.update((row[1], row[2]) for row in page)
            _, item_no, lot_no = page[-1][:3]
    return len(found)


def _calls(port: int, token: str) -> int:
    return uvloop.run(_call(port, token))


async def _call(port: int, token: str) -> int:
    found: set[tuple[str, str]] = set()
    peer = Peer(f"{LOOPBACK}:{port}", Given(token))
    request = ListLotsRequest(plant="lyon", page=PageRequest(size=LARGEST_SIZE))
    more, stub = True, LotServiceStub(peer.channel)
    while more:
        answer = await stub.ListLots(request)
        found.update((lot.key.item_no, lot.key.lot_no) for lot in answer.lots)
        request.page.cursor, more = answer.page.end_cursor, answer.page.has_more
    await peer.close()
    return len(found)


def _documents(port: int, token: str) -> int:
    return uvloop.run(_document(port, token))


async def _document(port: int, token: str) -> int:
    found: set[tuple[str, str]] = set()
    url, headers = f"http://{LOOPBACK}:{port}{PATH}", {"authorization": f"Bearer {token}"}
    more, after = True, None
    async with aiohttp.ClientSession(headers=headers) as http:
        while more:
            body = {"query": _GRAPH, "variables": {"first": LARGEST_SIZE, "after": after}}
            async with http.post(url, json=body) as answer:
                page = (await answer.json())["data"]["lots"]
            lots = [edge["node"]["identity"] for edge in page["edges"]]
            found.update((lot["itemNo"], lot["lotNo"]) for lot in lots)
            after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return len(found)
