"""Scopes of holds and reports at the same time: nothing slips between the two."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from plantmesh.common.v1 import holds_pb2 as pb
from plantmesh.common.v1.holds_pb2_grpc import HoldScopeServiceStub
from plantmesh.common.v1.page_pb2 import PageRequest

from services.kit.clock import Instant
from services.kit.errors import DeniedError, DomainError
from services.kit.rpc.client import Peer
from services.mes.application.confirm_operations import confirm_operations
from services.mes.domain.confirmation import Confirmation
from services.mes.domain.hold import Block
from services.mes.domain.scope import Scope
from tests.component.kit.rpc.desk import Given, mint
from tests.component.kit.test_commands import waiting_for_a_lock
from tests.component.mes.floor import Floor, open_floor
from tests.component.mes.test_concurrency import apart
from tests.unit.mes.reports import NOON, plan, report
from tests.unit.mes.use_cases import confirm, create, lot
from tests.unit.mes.use_cases.scopes import at, holds, scope, under, watch

STEPS = 40
ORDERS = ("1", "2", "3")
_SWORN_IN = (
    "CREATE TABLE witness (no bigserial PRIMARY KEY, kind text, seen jsonb)",
    """CREATE FUNCTION testify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO witness (kind, seen) VALUES (TG_TABLE_NAME, to_jsonb(NEW)
                || CASE WHEN TG_TABLE_NAME = 'lot_hold' THEN (SELECT to_jsonb(l) - 'version'
                    FROM lot l WHERE l.id = (to_jsonb(NEW)->>'lot_id')::bigint) ELSE '{}' END);
            RETURN NULL;
        END $$""",
    *(
        f"CREATE TRIGGER seen AFTER INSERT OR UPDATE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION testify()"
        for table in ("confirmation", "consumption", "hold_scope", "lot_hold")
    ),
)


async def test_a_scope_waits_for_reports_under_way_and_finds_what_they_made(
    floor: Floor, database: str
) -> None:
    await create(floor, plan())
    async with open_floor(database) as other:
        async with floor.work() as books:
            await confirm_operations(books, [report("a", lot="L1")])
            watching = apart(watch(other, scope()))
            await waiting_for_a_lock(floor.store)
        assert await watching == ["BREAD/L1"]
    assert await holds(floor, "BREAD/L1") == ["S1"]


async def test_a_report_waits_for_a_scope_under_way_and_its_lot_is_born_held(
    floor: Floor, database: str
) -> None:
    await create(floor, plan())
    async with open_floor(database) as other:
        async with floor.work() as books:
            await books.scopes.apply([scope()])
            reporting = apart(confirm(other, report("a", lot="L1")))
            await waiting_for_a_lock(floor.store)
        await reporting
    assert await holds(floor, "BREAD/L1") == ["S1"]
    assert await under(floor) == ["BREAD/L1"]


async def test_reports_do_not_wait_for_each_other_at_the_gate(floor: Floor, database: str) -> None:
    await create(floor, plan("1"), plan("2"))
    async with open_floor(database) as other, floor.work() as books:
        await confirm_operations(books, [report("a", order_no="1", lot="L1")])
        async with asyncio.timeout(20):
            await apart(confirm(other, report("b", order_no="2", lot="L2")))
    assert (await lot(floor, "BREAD/L1")).order_no == "1"


async def test_what_falls_under_a_scope_is_listed_over_the_port_a_page_at_a_time(
    floor: Floor,
) -> None:
    await create(floor, plan())
    peer = Peer(f"127.0.0.1:{floor.server.port}", Given(mint(scope="mes:read mes:write delegate")))
    stub: Any = HoldScopeServiceStub(peer.channel)
    order = pb.HoldScope(order=pb.OrderScope(order_no="4711"))
    watched = pb.ScopedHold(hold_no="S1", plant="lyon", scope=order, active=True, version=1)
    request = pb.ApplyScopesRequest(idempotency_key="k-1", holds=[watched])
    for _ in range(2):
        assert list((await stub.ApplyScopes(request)).hold_nos) == ["S1"]
    await confirm(floor, report("a", lot="L1"), report("b", lot="L2"))
    wanted = pb.ListScopeLotsRequest(plant="lyon", hold_no="S1", page=PageRequest(size=1))
    first = await stub.ListScopeLots(wanted)
    wanted.page.cursor = first.page.end_cursor
    second = await stub.ListScopeLots(wanted)
    assert [one.lot_no for page in (first, second) for one in page.lots] == ["L1", "L2"]
    assert (first.page.has_more, second.page.has_more) == (True, False)
    watched.plant = "oslo"
    with pytest.raises(DeniedError) as refused:
        await stub.ApplyScopes(pb.ApplyScopesRequest(idempotency_key="k-2", holds=[watched]))
    assert refused.value.field == "holds[0].plant"
    await peer.close()


class Writer:
    """One of two; `outcomes` counts what became of what it tried."""

    def __init__(self, name: str, floor: Floor) -> None:
        self.outcomes: Counter[str] = Counter()
        self._name = name
        self._floor = floor
        self._dice = random.Random(name)
        self._watched: list[Scope] = []
        self._count = 0

    async def step(self) -> None:
        """Try something."""
        self._count += 1
        what = self._dice.choices([self._report, self._watch, self._let_go], [10, 2, 2])[0]
        try:
            await what()
            self.outcomes[what.__name__] += 1
        except DomainError as error:
            self.outcomes[error.code] += 1
        except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable) as error:
            self.outcomes[type(error).__name__] += 1

    async def _report(self) -> None:
        some = range(self._dice.randint(1, 3))
        await confirm(self._floor, *(self._any(f"{self._name}{self._count}.{n}") for n in some))

    def _any(self, id: str) -> Confirmation:
        place = self._dice.randrange(len(ORDERS))
        consumed: tuple[tuple[str, str], ...] = ()
        if place and self._dice.random() < 0.7:
            source = f"{self._dice.choice(ORDERS[:place])}-{self._dice.randrange(3)}"
            consumed = ((f"BREAD/{source}", "1"),)
        lot_no = f"{ORDERS[place]}-{self._dice.randrange(3)}"
        made = report(id, "1", order_no=ORDERS[place], lot=lot_no, consumed=consumed)
        oven = f"lyon/oven/{self._dice.randrange(2)}"
        return replace(made, equipment=oven, occurred_at=at(self._dice.randrange(40)))

    async def _watch(self) -> None:
        hour = self._dice.randrange(40)
        day = Instant(NOON, 120).local().date()
        covers: dict[str, Any] = self._dice.choice(
            (
                {"order_no": self._dice.choice(ORDERS)},
                {"item_no": "BREAD", "first_day": day, "last_day": day},
                {
                    "equipment": f"lyon/oven/{self._dice.randrange(2)}",
                    "starts_at": at(hour).moment,
                    "ends_at": at(hour + 4).moment,
                },
            )
        )
        blocks = frozenset(self._dice.sample(list(Block), 2))
        no = f"{self._name}s{self._count}"
        self._watched.append(scope(no, blocks=blocks, **covers))
        await watch(self._floor, self._watched[-1])

    async def _let_go(self) -> None:
        if self._watched:
            one = self._watched.pop(self._dice.randrange(len(self._watched)))
            await watch(self._floor, replace(one, active=False, version=2))


class Account:
    """What was used though a hold forbade it, by what is written of reports and scopes."""

    def __init__(self) -> None:
        self.forbidden: list[str] = []
        self.caught = 0
        self._scopes: dict[str, dict[str, Any]] = {}
        self._holds: dict[tuple[str, str], set[str]] = {}

    def take(self, kind: str, seen: dict[str, Any]) -> None:
        """A row, in the order in which they were written."""
        name = f"{seen.get('item_no')}/{seen.get('lot_no')}"
        match kind:
            case "hold_scope":
                self._scopes[seen["hold_no"]] = seen
            case "lot_hold":
                blocks = set(seen["blocks"]) if seen["active"] else set[str]()
                self._holds[name, seen["hold_no"]] = blocks
            case "confirmation":
                for no, one in self._scopes.items():
                    if one["active"] and _falls(seen, one):
                        self.caught += 1
                        self._holds[f"BREAD/{seen['lot_no']}", no] = set(one["blocks"])
            case _:
                for (held, no), blocks in self._holds.items():
                    if held == name and "consume" in blocks:
                        self.forbidden.append(f"{name} by {no}")


def _falls(seen: dict[str, Any], one: dict[str, Any]) -> bool:
    if one["order_no"]:
        return bool(seen["order_no"] == one["order_no"])
    moment = Instant.parse(seen["occurred_at"])
    if one["item_no"]:
        day = Instant(moment.moment, seen["offset_minutes"]).local().date().isoformat()
        return bool(one["first_day"] <= day <= one["last_day"])
    start, end = (Instant.parse(one[name]).moment for name in ("starts_at", "ends_at"))
    return bool(seen["equipment"] == one["equipment"]) and start <= moment.moment < end


async def test_two_writers_use_nothing_that_falls_under_a_scope(
    floor: Floor, database: str
) -> None:
    await create(floor, *(plan(no, "100000") for no in ORDERS))
    async with floor.store.work() as work:
        for statement in _SWORN_IN:
            await work.sql(statement)
    async with open_floor(database) as other:
        writers = [Writer("a", floor), Writer("b", other)]

        async def write(writer: Writer) -> None:
            for _ in range(STEPS):
                await writer.step()

        await asyncio.gather(*map(write, writers))
    async with floor.store.work() as work:
        rows = await work.sql("SELECT kind, seen FROM witness ORDER BY no")
    account = Account()
    for kind, seen in rows:
        account.take(kind, seen)
    outcomes = writers[0].outcomes + writers[1].outcomes
    assert account.forbidden == []
    # It has seen what it is about.
    assert account.caught > STEPS / 10, outcomes
    assert all(outcomes[one] for one in ("_report", "_watch", "_let_go", "lot_held")), outcomes
    assert outcomes.keys() <= {
        *("_report", "_watch", "_let_go", "lot_held"),
        *("DeadlockDetected", "LockNotAvailable"),
    }, outcomes
