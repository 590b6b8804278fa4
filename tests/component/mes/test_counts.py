"""What machines count, through broker and consumer into the books, and out over the port."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.mes.v1 import counts_pb2

from services.kit.errors import ConflictError, DeniedError, DomainError, InvalidError, NotFoundError
from services.kit.migrate import migrate
from services.kit.signals.registry import registry
from services.mes.store.open_counts import OpenCounts
from tests.audited import leaves_rows, rows_of
from tests.component.kit.rpc.desk import mint
from tests.component.mes.floor import Calls, Floor
from tests.component.mes.machine import PRESS, Machine, flour, good, look, open_machine, scrap
from tests.component.mes.messages import START, create, hold, plan
from tests.faults.place import Place
from tests.faults.restore import Backup
from tests.servers import PostgresServer, ValkeyServer

JOB = {"order_no": "4711", "lot_no": "L1"}
LIST = counts_pb2.ListUncountedRequest(plant="lyon")


@pytest.fixture
async def machine(
    floor: Floor, postgres: PostgresServer, fresh_valkey: ValkeyServer
) -> AsyncIterator[Machine]:
    database = postgres.dsn("telemetry", prepared_by=lambda url: migrate("kit", url))
    async with open_machine(database, floor.store, fresh_valkey.url) as machine:
        yield machine


async def begin(floor: Floor, machine: Machine) -> None:
    """4711 runs, the press stands at zero."""
    async with floor.calling() as calls:
        await calls.orders.CreateWorkOrders(create(plan()))
        await calls.orders.CommandWorkOrders(START)
    await machine.tell(look(0, good("0"), scrap("0"), flour("0")))


def attribute(*given: dict[str, Any], key: str, plant: str = "lyon") -> Any:
    """A batch."""
    request = {"idempotency_key": key, "plant": plant, "attributions": list(given)}
    return ParseDict(request, counts_pb2.AttributeCountsRequest())


async def yields(floor: Floor) -> list[str]:
    """What is booked, in order."""
    async with floor.store.work() as work:
        rows = await work.sql("SELECT trim_scale(good)::text FROM confirmation ORDER BY no")
    return [row[0] for row in rows]


async def refusal(calls: Calls, request: Any) -> tuple[type[DomainError], str, str]:
    with pytest.raises(DomainError) as caught:
        await calls.counts.AttributeCounts(request)
    return type(caught.value), caught.value.code, caught.value.field


async def test_a_look_is_booked_on_its_way_through(floor: Floor, machine: Machine) -> None:
    await begin(floor, machine)
    ids = await machine.tell(
        look(1, good("10"), scrap("1"), flour("6")), look(2, good("12"), scrap("1"), flour("6"))
    )
    async with floor.store.work() as work:
        rows = await work.sql(
            "SELECT id, no, trim_scale(good)::text, equipment, offset_minutes, time_uncertain"
            " FROM confirmation ORDER BY no"
        )
    assert rows == [(ids[0], 1, "10", PRESS, 120, False), (ids[1], 2, "2", PRESS, 120, False)]
    assert Counter(await floor.told())["lyon/4711 OperationConfirmed"] == 2


@leaves_rows(counts_pb2.AttributeCountsRequest)
async def test_an_unknown_order_waits_for_a_person_and_is_booked_once(
    floor: Floor, machine: Machine
) -> None:
    await begin(floor, machine)
    (id, _) = await machine.tell(
        look(1, good("7"), scrap("1"), flour("3"), order_no="nobody's"),
        look(2, good("9"), scrap("1"), flour("3")),
    )
    assert await yields(floor) == ["2"]
    async with floor.calling() as calls:
        listed = (await calls.counts.ListUncounted(LIST)).differences
        assert [one.id for one in listed] == [f"{id}/good", f"{id}/scrap", f"{id}/flour"]
        assert {one.code for one in listed} == {"unknown_order"}
        assert [one.quantity.value for one in listed] == ["7", "1", "3"]
        assert {one.before.order_no for one in listed} == {"4711"}
        assert {one.state for one in listed} == {counts_pb2.COUNT_STATE_OPEN}
        rows = [{"id": one.id, "job": JOB, "reason": "wrong order typed in"} for one in listed]
        answer = await calls.counts.AttributeCounts(attribute(*rows, key="a"))
        assert [one.confirmation_no for one in answer.results] == [2, 3, 4]
        assert await calls.counts.AttributeCounts(attribute(*rows, key="a")) == answer
        again = await calls.counts.AttributeCounts(attribute(*rows, key="b"))
        assert [(one.confirmation_no, one.replayed) for one in again.results] == [
            (2, True),
            (3, True),
            (4, True),
        ]
        assert not (await calls.counts.ListUncounted(LIST)).differences
        everything = counts_pb2.ListUncountedRequest(plant="lyon", with_settled=True)
        for one in (await calls.counts.ListUncounted(everything)).differences:
            assert (one.state, one.booked_on.lot_no) == (counts_pb2.COUNT_STATE_BOOKED, "L1")
            assert one.settled_by
            assert one.settled_because == "wrong order typed in"
        other = {**rows[0], "job": {"order_no": "4711", "lot_no": "L2"}}
        assert await refusal(calls, attribute(other, key="c")) == (
            ConflictError,
            "already_settled",
            "attributions[0].id",
        )
    assert await yields(floor) == ["2", "7", "0", "0"]
    assert await recount(floor) == {"good": "9", "scrap": "1", "flour": "3"}
    left = await rows_of(floor.store, counts_pb2.AttributeCountsRequest)
    assert left == {"confirmation", "lot", "uncounted", "work_order"}


async def test_a_telemetry_restored_from_a_backup_is_counted_on(
    floor: Floor, postgres: PostgresServer, fresh_valkey: ValkeyServer, tmp_path: Path
) -> None:
    database = postgres.dsn("telemetry", prepared_by=lambda url: migrate("kit", url))

    def machine() -> AbstractAsyncContextManager[Machine]:
        return open_machine(database, floor.store, fresh_valkey.url)

    async with machine() as press:
        await begin(floor, press)
        await press.tell(look(1, good("3"), epoch=await press.elect()))
    backup = Backup(postgres.url, Place(database, "", fresh_valkey.url, tmp_path))
    async with machine() as press:
        await press.elect()
        await press.tell(look(2, good("5"), epoch=(lost := await press.elect())))
    backup.restore()
    async with machine() as press:
        epoch = await press.elect()
        assert epoch < lost, "the database's lease knows nothing of the terms that were lost"
        await press.tell(look(3, good("6"), epoch=epoch))
        assert await yields(floor) == ["3", "2"], "a fork stops until somebody rebuilds"
        await press.go_on_from_snapshot()
        [id] = await press.tell(look(4, good("9"), epoch=epoch))
    async with floor.store.work() as work:
        assert await work.sql("SELECT id FROM confirmation ORDER BY no DESC LIMIT 1") == [(id,)]
        assert await work.sql("SELECT incarnation, epoch FROM machine") == [(2, epoch)]
    assert await yields(floor) == ["3", "2", "4"]


async def recount(floor: Floor) -> dict[str, str]:
    """What is booked of each counter, and what waits, added up."""
    async with floor.store.work() as work:
        rows = await work.sql(
            "SELECT counter, trim_scale(sum(quantity))::text FROM ("
            " SELECT 'good' AS counter, good AS quantity FROM confirmation"
            " UNION ALL SELECT 'scrap', quantity FROM scrap"
            " UNION ALL SELECT 'flour', quantity FROM consumption"
            " UNION ALL SELECT counter, quantity FROM uncounted WHERE state = 'open') AS all_of_it"
            " GROUP BY counter"
        )
    return dict(rows)


async def test_whatever_the_books_refuse_blocks_nobody(floor: Floor, machine: Machine) -> None:
    await begin(floor, machine)
    async with floor.calling() as calls:
        await calls.holds.ApplyHolds(hold("FLOUR/F2"))
    await machine.tell(
        look(1, good("10"), scrap("1"), flour("6")),
        look(2, good("10"), scrap("500"), flour("6")),  # over the tolerance
        look(3, good("12"), scrap("-3"), flour("6")),  # a scrap counter that makes no sense
        look(4, good("14"), scrap("500"), flour("7", "F2")),  # a held lot
        look(5, good("15"), scrap("500"), flour("7", "F2"), order_no=""),  # between jobs
        look(6, good("20"), scrap("500"), flour("7", "F2"), lot_no=""),  # a yield into nowhere
        look(7, good("21"), scrap("500"), flour("7", "F2")),
    )
    assert await yields(floor) == ["10", "2", "1"]
    async with floor.calling() as calls:
        first = counts_pb2.ListUncountedRequest(plant="lyon", page=PageRequest(size=2))
        page = await calls.counts.ListUncounted(first)
        found = list(page.differences)
        while page.page.has_more:
            first.page.cursor = page.page.end_cursor
            page = await calls.counts.ListUncounted(first)
            found += page.differences
        assert sorted((one.counter, one.quantity.value, one.code) for one in found) == [
            ("flour", "1", "lot_held"),
            ("good", "1", "no_job"),
            ("good", "2", "lot_held"),
            ("good", "5", "lot_required"),
            ("scrap", "499", "over_tolerance"),
        ]
        (lost,) = [one for one in found if one.code == "over_tolerance"]
        assert await refusal(calls, attribute({"id": lost.id, "job": JOB}, key="x")) == (
            InvalidError,
            "over_tolerance",
            "attributions[0].id",
        )
    assert await recount(floor) == {"good": "21", "scrap": "500", "flour": "7"}
    async with floor.store.work() as work:
        assert await work.sql("SELECT * FROM parked_key") == []


@pytest.mark.parametrize(
    ("given", "kind", "code", "field"),
    [
        ({"id": "x", "job": JOB}, NotFoundError, "unknown_difference", "attributions[0].id"),
        ({"id": "", "job": JOB}, InvalidError, "invalid_request", "attributions[0].id"),
        ({"id": "x"}, InvalidError, "invalid_request", "attributions[0].settlement"),
        (
            {"id": "x", "dismiss": False},
            InvalidError,
            "invalid_request",
            "attributions[0].dismiss",
        ),
    ],
)
async def test_bad_attributions_are_refused(
    floor: Floor, given: dict[str, Any], kind: type[DomainError], code: str, field: str
) -> None:
    before = await floor.rows()
    async with floor.calling() as calls:
        assert await refusal(calls, attribute(given, key="k")) == (kind, code, field)
    assert await floor.rows() == before


async def test_a_foreign_plant_shows_and_takes_nothing(floor: Floor, machine: Machine) -> None:
    await machine.tell(look(1, good("7")))
    async with floor.calling(mint(plants=["oslo"])) as calls:
        with pytest.raises(DeniedError) as caught:
            await calls.counts.ListUncounted(LIST)
        assert caught.value.field == "plant"
        given = {"id": "x", "dismiss": True, "reason": "mine"}
        assert (await refusal(calls, attribute(given, key="k")))[0] is DeniedError
        # another plant's row is not found through one's own
        async with floor.calling() as ours:
            (row,) = (await ours.counts.ListUncounted(LIST)).differences
        given["id"] = row.id
        assert (await refusal(calls, attribute(given, key="k", plant="oslo")))[:2] == (
            NotFoundError,
            "unknown_difference",
        )


async def test_the_measure_equals_its_recount(floor: Floor, machine: Machine) -> None:
    measure = OpenCounts(floor.store)
    await machine.tell(look(1, good("7"), scrap("1")))
    await measure.look()
    recount: Any = registry().measures["plantmesh.mes.uncounted"].recount
    async with floor.store.work() as work:
        rows = await work.sql(recount)
    assert [((one["plant"], one["equipment"]), value) for value, one in measure.read()] == [
        ((plant, equipment), count) for plant, equipment, count in rows
    ]
    assert rows == [("lyon", PRESS, 2)]
    async with floor.calling() as calls:
        listed = (await calls.counts.ListUncounted(LIST)).differences
        dismissed = [{"id": one.id, "dismiss": True, "reason": "set-up"} for one in listed]
        assert not (await calls.counts.AttributeCounts(attribute(*dismissed, key="k"))).results
    await measure.look()
    assert [value for value, _ in measure.read()] == [0]
