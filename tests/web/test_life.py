"""A gateway through its life: a new supergraph, a bad one, more than one replica, its end."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scrape import strangers
from tests.web.rig import ORDER, PAGE, Gateway, Web, until_so
from tools.mesh.files import write_whole
from tools.mesh.wait import until

pytestmark = pytest.mark.flow


class Changing:
    """A supergraph file; `good` is what it should hold."""

    def __init__(self, file: Path, good: str) -> None:
        self.file = file
        self.good = good
        self.replace(good)

    def replace(self, text: str) -> None:
        """In one step."""
        write_whole(self.file, text)

    def scribble(self, text: str) -> None:
        """As a careless editor does, not in one step."""
        self.file.write_text(text)

    def lose(self) -> None:
        self.file.unlink()


@pytest.fixture(scope="module")
def supergraph(web: Web) -> Changing:
    """A copy to spoil."""
    return Changing(web.root / "changing.graphql", (web.folder / "supergraph.graphql").read_text())


@pytest.fixture(scope="module")
def reloading(web: Web, supergraph: Changing) -> Iterator[Gateway]:
    """Looks at it more often than it can plan one."""
    file = str(supergraph.file)
    with web.gateway(
        "reloading", SUPERGRAPH=file, RELOAD_SECONDS="0.005", RATE_PER_SECOND="10000"
    ) as gateway:
        yield gateway


def lines(gateway: Gateway, words: str) -> int:
    return gateway.program.log.read_text().count(words)


async def logged(gateway: Gateway, words: str, times: int) -> None:
    await asyncio.to_thread(until, lambda: lines(gateway, words) > times, words, seconds=15)


async def arrived(web: Web) -> bool:
    return bool((await web.tell("mes", "seen"))["headers"])


async def is_unready(gateway: Gateway) -> bool:
    return (await gateway.health("readiness")).status == 503


def spoilt(good: str, how: str) -> str:
    match how:
        case "half":
            return good[: len(good) // 2]
        case "empty":
            return ""
        case "no supergraph":
            return "type Query { a: Int }"
        case "unknown graph":
            return good.replace("@join__field(graph: MES)", "@join__field(graph: NOPE)")
        case _:
            return good.replace("  stock: Int @join__field(graph: WMS)\n", "")


BAD = ["half", "empty", "no supergraph", "unknown graph", "breaks a trusted document"]


@pytest.mark.parametrize("how", BAD)
async def test_a_bad_supergraph_is_refused_and_the_last_good_one_stays(
    gateway: Gateway, reloading: Gateway, supergraph: Changing, how: str
) -> None:
    bad = spoilt(supergraph.good, how)
    assert bad != supergraph.good
    before = lines(reloading, "supergraph refused")
    supergraph.scribble(bad)
    await logged(reloading, "supergraph refused", before)
    answer = await reloading.ask(PAGE, id=ORDER)
    assert answer.body["data"]["order"]["stock"] == 7
    assert "errors" not in answer.body
    supergraph.replace(supergraph.good)


async def test_a_missing_supergraph_is_survived(
    gateway: Gateway, reloading: Gateway, supergraph: Changing
) -> None:
    before = lines(reloading, "supergraph not read")
    supergraph.lose()
    await logged(reloading, "supergraph not read", before)
    assert "errors" not in (await reloading.ask(PAGE, id=ORDER)).body
    supergraph.replace(supergraph.good)


async def test_a_new_supergraph_is_taken_and_nobody_notices(
    gateway: Gateway, reloading: Gateway, supergraph: Changing
) -> None:
    stop = asyncio.Event()

    async def load() -> int:
        asked = 0
        while not stop.is_set():
            answer = await reloading.ask(PAGE, id=ORDER)
            assert (answer.status, "errors" in answer.body) == (200, False), answer.text
            asked += 1
        return asked

    clients = [asyncio.create_task(load()) for _ in range(3)]
    before = lines(reloading, "supergraph reloaded")
    supergraph.replace(supergraph.good.replace("  warehouses: Int @join__field(graph: WMS)\n", ""))
    await logged(reloading, "supergraph reloaded", before)
    assert (await reloading.ask("{ warehouses }")).codes == {"GRAPHQL_VALIDATION_FAILED"}
    supergraph.replace(supergraph.good)
    await logged(reloading, "supergraph reloaded", before + 1)
    assert (await reloading.ask("{ warehouses }")).data == {"warehouses": 2}
    stop.set()
    assert all(await asyncio.gather(*clients))
    assert lines(reloading, "supergraph reloaded") == before + 2


async def test_a_gateway_that_was_busy_reads_the_answers_before_it_calls_them_late(
    web: Web, gateway: Gateway
) -> None:
    deadline = 0.5
    with web.gateway("busy", DEADLINE_SECONDS=str(deadline)) as busy:
        assert "errors" not in (await busy.ask(PAGE, id=ORDER)).body
        for name in web.subgraphs:
            await web.tell(name, "seen")
            await web.tell(name, "mode/held")
        under_way = asyncio.create_task(busy.ask(PAGE, id=ORDER))
        await until_so(lambda: arrived(web))
        busy.program.child.send(signal.SIGSTOP)
        for name in web.subgraphs:
            await web.tell(name, "mode/well")
        await asyncio.sleep(2 * deadline)
        busy.program.child.send(signal.SIGCONT)
        answer = await under_way
    assert (answer.status, "errors" in answer.body) == (200, False), answer.text


async def test_asked_to_stop_it_answers_what_it_has_begun_and_ends(
    web: Web, gateway: Gateway
) -> None:
    with web.gateway("ending", DEADLINE_SECONDS="5", UNREADY_SECONDS="0.3") as ending:
        assert (await ending.health("readiness")).status == 200
        await web.tell("mes", "mode/slow")
        under_way = [asyncio.create_task(ending.ask(PAGE, id=ORDER)) for _ in range(3)]
        await until_so(lambda: arrived(web))
        ending.program.child.send(signal.SIGTERM)
        await until_so(lambda: is_unready(ending))
        assert (await ending.health("liveness")).status == 200
        for answer in await asyncio.gather(*under_way):
            assert (answer.status, "errors" in answer.body) == (200, False), answer.text
        until(lambda: not ending.program.alive, "the end of the gateway", seconds=5)
        assert ending.program.child.exit_code == 0


async def test_a_replica_that_is_gone_is_passed_over(web: Web, gateway: Gateway) -> None:
    nobody = "http://127.0.0.1:9/graphql"
    with web.gateway("choosing", replicas={"mes": [nobody]}) as choosing:
        for _ in range(4):
            assert "errors" not in (await choosing.ask(PAGE, id=ORDER)).body


async def test_a_query_whose_connection_broke_is_asked_of_another_replica(
    web: Web, gateway: Gateway
) -> None:
    torn = 0

    async def tear(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal torn
        torn += 1
        writer.close()

    ending = await asyncio.start_server(tear, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{ending.sockets[0].getsockname()[1]}/graphql"
    with web.gateway("again", replicas={"mes": [url]}) as again:
        for _ in range(4):
            assert "errors" not in (await again.ask(PAGE, id=ORDER)).body
    assert torn
    with web.gateway("once", replicas={"mes": [url, url, url]}) as once:
        torn = 0
        answers = [await once.ask(PAGE, id=ORDER) for _ in range(4)]
        # What ends one replica after the other shall not be asked of all: two, two, one, none.
        assert (torn, sum("errors" in answer.body for answer in answers)) == (5, 2)
    ending.close()


async def test_it_tells_how_long_operations_and_calls_take(gateway: Gateway) -> None:
    await gateway.ask(PAGE, id=ORDER)
    await gateway.ask("query Invented { running }")
    text = (await gateway.health("metrics")).text
    assert (
        'plantmesh_gateway_operation_duration_seconds_count{operation="Page",outcome="ok"}' in text
    )
    assert 'plantmesh_gateway_subgraph_duration_seconds_count{subgraph="mes",outcome="ok"}' in text
    assert "Invented" not in text
    assert not list(strangers(text))
    assert "nodejs_eventloop_lag_p99_seconds" in text
