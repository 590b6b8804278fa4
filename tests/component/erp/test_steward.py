"""What waits for codes is told to reference; what has its code goes on by itself."""

from datetime import UTC, datetime
from typing import Any

import pytest
from plantmesh.erp.v1 import postings_pb2 as pb
from plantmesh.reference.v1 import reference_pb2
from plantmesh.reference.v1.codes_pb2 import ReportWaitingRequest

from services.erp import wire
from services.erp.adapters.poller import Poller
from services.erp.adapters.steward import Steward
from services.erp.application.book_movements import book_movements
from services.erp.domain.codes import Code
from services.erp.store import sql_books
from services.erp.store.finance import sql_accounts
from services.erp.store.parked import Releases
from services.erp.store.waiting import SqlWaitings
from services.kit.clock import ManualClock
from services.kit.copies import put
from services.kit.errors import UnavailableError
from services.kit.lanes.desk import Act, fix
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.erp.conftest import Stubs, ask
from tests.component.erp.money.books import balances, moved, put_accounts, put_costs
from tests.component.erp.requests import accept
from tests.component.erp.test_ledger_lane import drain, mine, of
from tests.copies import put_codes
from tests.unit.erp.memory import NOON
from tools.simulators.ledger.papers import Order
from tools.simulators.ledger.place import Place

BURNT = Code("reason", "02", "burnt")
CLOCK = ManualClock(NOON)


class Ear:
    """Whom it is told to: a ReportWaiting that keeps what it hears."""

    def __init__(self, store: Store) -> None:
        self.steward = Steward(store, sql_books().codes, SqlWaitings(), self.report)
        self.heard: list[ReportWaitingRequest] = []
        self.of_accounts: list[ReportWaitingRequest] = []
        self.deaf = False

    async def report(self, request: Any) -> None:
        """Keep it, each kind by itself."""
        if self.deaf:
            raise UnavailableError("nobody there")
        (self.of_accounts if request.system == "valuation" else self.heard).append(request)

    @property
    def last(self) -> list[tuple[str, str, str, int]]:
        """Kind, key, code and direction of what was told last."""
        return [
            (one.kind, one.key, one.code.code, one.direction) for one in self.heard[-1].documents
        ]

    @property
    def accounts(self) -> list[tuple[str, str, str, str, datetime]]:
        """Kind, key, plant, code and time of what waits for accounts, as it was told last."""
        return [
            (one.kind, one.key, one.code.plant, one.code.code, one.at.ToDatetime(UTC))
            for one in self.of_accounts[-1].documents
        ]

    @property
    def records(self) -> list[tuple[str, str, str, str]]:
        """Key, domain, plant and code of the same."""
        return [
            (one.key, one.code.domain, one.code.plant, one.code.code)
            for one in self.of_accounts[-1].documents
        ]


@pytest.fixture
def ear(store: Store) -> Ear:
    """Of a steward whose rounds go by hand."""
    return Ear(store)


async def _scrap(erp: Stubs, worker: Worker, order: Order) -> None:
    scrap = of(order, "scrap", kind=pb.POSTING_KIND_SCRAP)
    scrap.lines[0].reason = "burnt"
    await erp.postings.AcceptPostings(accept(scrap, of(order, "yield")))
    await drain(worker)


async def test_a_posting_goes_on_when_its_code_is_mapped(
    store: Store,
    erp: Stubs,
    worker: Worker,
    released: Order,
    place: Place,
    ear: Ear,
) -> None:
    await _scrap(erp, worker, released)
    for _ in range(2):
        await ear.steward.round()
    # Told once, not every round.
    assert len(ear.heard) == 1
    assert ear.heard[0].last
    name = f"lyon/{released.order}/scrap"
    assert ear.last == [("posting", name, "burnt", reference_pb2.CODE_DIRECTION_OUT)]
    async with store.work():
        await put_codes("erp-1", [BURNT])
    await ear.steward.round()
    assert ear.last == []
    await drain(worker)
    booked = [reference.rpartition("/")[2] for reference, _ in mine(place, released)]
    assert booked == ["scrap", "yield"]
    [(who,)] = await ask(store, "SELECT who FROM lane_audit WHERE action = 'replay'")
    assert who == "service:erp"


async def test_what_a_person_mends_is_theirs(
    store: Store, erp: Stubs, worker: Worker, released: Order, ear: Ear
) -> None:
    await _scrap(erp, worker, released)
    [(id,)] = await ask(store, "SELECT id FROM lane_entry WHERE state = 'refused'")
    mended = of(released, "scrap", kind=pb.POSTING_KIND_SCRAP)
    async with store.work() as work:
        await fix(work, id, mended.SerializeToString(), Act("olga", "no such reason"))
    await ear.steward.round()
    assert ear.last == []
    assert await ask(store, "SELECT state FROM lane_entry WHERE id = %s", id) == [("refused",)]


@pytest.mark.usefixtures("system")
async def test_an_order_that_waits_is_told_until_it_is_read(
    store: Store, poller: Poller, order: Order, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(store, "DELETE FROM local_copy WHERE key LIKE 'work_center/%%'")
    await poller.round()
    ear.deaf = True
    with pytest.raises(UnavailableError):
        await ear.steward.round()
    ear.deaf = False
    # In calls of one round, however many wait.
    monkeypatch.setattr("services.erp.adapters.steward._AT_ONCE", 1)
    await ear.steward.round()
    assert {one.round for one in ear.heard} == {ear.heard[0].round}
    assert [one.last for one in ear.heard] == [False] * (len(ear.heard) - 1) + [True]
    told = {one.documents[0].key: one.documents[0] for one in ear.heard}
    assert told[f"lyon/{order.order}"].kind == "production_order"
    assert told[f"lyon/{order.order}"].code.code == "WC-1"
    # Whoever leads next tells it anew.
    before = len(ear.heard)
    await ear.steward.close()
    await ear.steward.round()
    assert len(ear.heard) == 2 * before
    async with store.work():
        await put_codes("erp-1", [Code("work_center", "WC-1", "lyon/press-1")])
    await poller.round()
    await ear.steward.round()
    assert [list(ear.heard[-1].documents), ear.heard[-1].last] == [[], True]


async def test_documents_without_an_account_are_told_until_it_is_approved(
    store: Store, ear: Ear
) -> None:
    accounts = sql_accounts()
    await put_costs(store, steel="2")
    await put_accounts(store, "grir", "rounding", "stock/FINISHED")
    receipt, issue = moved("RECEIPT_PURCHASE", "m-1"), moved("ISSUE_TO_ORDER", "m-2")
    async with store.work():
        movements = [wire.read_goods(one.movement) for one in (receipt, issue)]
        await book_movements(accounts, movements, CLOCK)
    await ear.steward.round()
    wanted = ("lyon", "stock/RAW/unrestricted", NOON)
    assert ear.accounts == [
        ("movement", "lyon/m-1", *wanted),
        ("movement", "lyon/m-2", *wanted),
    ]
    assert {one.code.domain for one in ear.of_accounts[-1].documents} == {"account"}
    await put_accounts(store, "stock")  # less telling, and it will do
    await Releases(store, accounts, CLOCK).round()
    await ear.steward.round()
    assert ear.accounts == [("movement", "lyon/m-2", "lyon", "wip", NOON)]
    await put_accounts(store, "wip")
    await Releases(store, accounts, CLOCK).round()
    await ear.steward.round()
    assert ear.accounts == []
    assert ear.of_accounts[-1].last
    assert await balances(store) == {"A-grir": -2000, "A-wip": 2000}


async def test_documents_without_a_cost_or_an_item_are_told_until_it_is_entered(
    store: Store, ear: Ear
) -> None:
    accounts = sql_accounts()
    await put_accounts(store, "grir", "stock")
    async with store.work():
        await put(wire.ITEMS, [reference_pb2.Item(item_no="steel", base_unit="KGM", version=1)])
    receipts = [
        moved("RECEIPT_PURCHASE", "m-1"),
        moved("RECEIPT_PURCHASE", "m-2", item_no="gold/9"),
    ]
    async with store.work():
        movements = [wire.read_goods(one.movement) for one in receipts]
        await book_movements(accounts, movements, CLOCK)
    await ear.steward.round()
    steel, gold = (
        ("lyon/m-1", "standard_cost", "lyon", "steel"),
        ("lyon/m-2", "item_record", "", "gold/9"),
    )
    assert ear.records == [steel, gold]
    assert [one[-1] for one in ear.accounts] == [NOON, NOON]
    await put_costs(store, steel="2")
    await Releases(store, accounts, CLOCK).round()
    await ear.steward.round()
    assert ear.records == [gold]
    await put_costs(store, **{"gold/9": "7"})
    await Releases(store, accounts, CLOCK).round()
    await ear.steward.round()
    assert ear.records == []
    assert ear.of_accounts[-1].last
    assert await balances(store) == {"A-grir": -9000, "A-stock": 9000}
