"""One confirmation's trace hangs together through stream, wait, park, fix, replay and the ERP.

The spans are those that a collector gets of six real services and the gateway. Every hop of the
story is cut in turn in what was collected, and the judge must name the step that lost its cause.
What it judges is real: with `without_traceparent` on the services' path nothing that comes by
stream is found.
"""

import asyncio
import sys
from pathlib import Path

import aiohttp
import psycopg
import pytest

from services.kit.ids import GraphId
from tests.flows.master import STRANGE
from tests.flows.plant import Plant, running
from tests.flows.spans import Sink, Spans, cut, sink
from tests.flows.story import HOPS, ORDER, PARTS, RELEASE, missing, tell
from tests.servers import scratch_folder
from tests.shopfloor import PLANT, USED
from tests.waiting import until
from tools.mesh.gateway import graph_url
from tools.mesh.people import USERS
from tools.mesh.program import HERE, Program

pytestmark = pytest.mark.flow

_FORGETFUL = Path(__file__).parent / "without_traceparent"
_QUERY = """query($id: ID!) { order(id: $id) {
  postings { state } execution { asOf } stock { status } inspections { inspectionNo } flow { asOf }
} }"""


@pytest.fixture(scope="module")
def spans() -> Spans:
    """Of the whole story; told once."""
    return asyncio.run(collected())


def test_the_whole_story_hangs_together(spans: Spans) -> None:
    told = tell(spans)
    services = {spans[id].service for ids in told.values() for id in ids}
    of_story = sum(map(len, told.values()))
    sys.stdout.write(
        f"\n{len(spans)} spans, {of_story} of the story, in {len(services)} services\n"
    )
    assert missing(spans) == []
    assert services == {"mes", "process", "quality", "wms", "erp", "gateway"}


def test_a_work_order_leads_back_to_where_its_order_was_read(spans: Spans) -> None:
    told = tell(spans, RELEASE)
    assert all(told.values()), told
    broken = tell(cut(spans, told["released"], told["reading orders"]), RELEASE)
    assert not broken["released"]


@pytest.mark.parametrize(("step", "before"), HOPS)
def test_without_this_hop_it_does_not(spans: Spans, step: str, before: str) -> None:
    told = tell(spans)
    broken = cut(spans, told[step], told[before])
    assert step in missing(broken)


@pytest.mark.long
async def test_a_stream_that_forgets_its_cause_is_found() -> None:
    lost = missing(await collected(PYTHONPATH=f"{_FORGETFUL}:{HERE}:{HERE / 'protos' / 'gen'}"))
    assert {"stream", "workflow", "movement", "end of wait", "yield posted"} <= set(lost)
    assert "reading" not in lost


async def collected(**env: str) -> Spans:
    """Tell the story to a collector; every process has said all when it ended."""
    async with sink() as one:
        with scratch_folder() as root:
            told = {
                "PLANTMESH_OTLP_ENDPOINT": one.url,
                "PLANTMESH_TRACE_SHARE": "1",
                "OTEL_BSP_SCHEDULE_DELAY": "200",
            }
            async with running(root, told | env) as plant:
                gateway = await plant.mesh.open_gateway(**told)
                await live(plant, gateway, one)
        return dict(one.spans)


async def live(plant: Plant, gateway: Program, one: Sink) -> None:
    """A confirmation whose consumption is poisoned and mended, and whose yield is inspected."""
    await plant.open([ORDER])
    await plant.confirm(ORDER, 1, item=STRANGE)

    async def parked() -> bool:
        return len(await plant.desk.parked()) == 1

    async def inspected() -> bool:
        return len(await plant.inspections()) == 1

    async def posted() -> bool:
        states = [status.document for status in await plant.desk.statuses([ORDER])]
        return len(states) == 2 and all(states)

    async def settled() -> bool:
        return await told_of(plant) == 2

    async def exported() -> bool:
        return bool(tell(one.spans)["confirmation"])

    async def read() -> bool:
        return all(tell(one.spans)[f"{part} answering"] for part in PARTS)

    await until(parked)
    await until(inspected)
    [entry] = await plant.desk.parked()
    await plant.desk.mend(entry, USED)
    [inspection] = await plant.inspections()
    await plant.accept(inspection.inspection_no, 1, "1.5")
    await until(posted)
    await until(exported)
    [confirmation] = tell(one.spans)["confirmation"]
    await read_on(plant, gateway, one.spans[confirmation].traceparent)
    await until(settled)
    await until(read)


async def told_of(plant: Plant) -> int:
    """Postings of which process has heard that they are done."""
    query = "SELECT count(*) FROM effect WHERE at = 'erp' AND posting = 'posted'"
    async with await psycopg.AsyncConnection.connect(plant.mesh.databases["process"]) as connection:
        [row] = await (await connection.execute(query)).fetchall()
    return int(row[0])


async def read_on(plant: Plant, gateway: Program, traceparent: str) -> None:
    """A front end asks for the order under the trace of what it has confirmed."""
    headers = {
        "authorization": f"Bearer {plant.mesh.issuer.signer.mint(USERS['viewer'])}",
        "traceparent": traceparent,
    }
    asked = {"query": _QUERY, "variables": {"id": GraphId("Order", PLANT, ORDER).encode()}}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(graph_url(gateway, "http"), json=asked) as answer,
    ):
        assert "errors" not in await answer.json(content_type=None)
