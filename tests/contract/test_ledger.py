"""The ledger's adapter keeps the contract, with the ledger's versions and without."""

import asyncio
import datetime as dt
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from decimal import Decimal
from functools import partial
from secrets import token_hex
from typing import Any, Literal

import pytest

from services.erp.adapters.ledger import LedgerErp
from services.erp.domain.document import PostingDocument, Sought
from services.erp.domain.keys import Trade
from services.erp.ports import ErpSystem
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Found, Outcome, Posted, Unavailable
from services.kit.lanes.systems import System
from tests.contract.erp_system import ErpSystemContract, Stage, Trouble
from tests.contract.erp_system.stage import DAY, NOON, ORDER, made, ref
from tests.servers import scratch_folder
from tests.waiting import until
from tools.mesh.program import Program
from tools.simulators.ledger import papers
from tools.simulators.ledger.client import Client
from tools.simulators.ledger.faults import Fault, Throttle, What
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Component, Item, Operation, Order, Period
from tools.simulators.ledger.place import Place, declare

FAULTS: dict[Trouble, What] = {
    Trouble.LOST_BEFORE: "lost_before",
    Trouble.LOST_AFTER: "lost_after",
    Trouble.LATE: "late",
    Trouble.DID_NOTHING: "did_nothing",
    Trouble.PARTIAL: "partial",
    Trouble.ASYNCHRONOUS: "asynchronous",
    Trouble.BUSY: "busy",
    Trouble.LOCKED: "locked",
}


class LedgerStage:
    """The ledger from its own side."""

    made = "widget"
    used = "steel"
    unit = "KGM"
    closed_day = dt.date(2020, 1, 31)
    troubles = frozenset(Trouble)

    def __init__(self, ledger: Client, place: Place) -> None:
        self.ledger = ledger
        self.place = place
        self.plant = f"plant-{token_hex(4)}"

    async def open(self) -> None:
        """Master data, and the order that every test uses."""
        for item in (self.made, self.used):
            await self.ledger.keep(Item(item, self.unit))
        await self.ledger.keep(Period("2020-01", "closed"))
        await self.release(ORDER)

    async def release(self, order_no: str, *, sales_order: str = "") -> None:
        """Create an order and release it."""
        await self.ledger.release(self._order(order_no, sales_order))

    async def trade(self, trade: Trade, order_no: str, *, lot: str = "") -> None:
        """Enter an order of one line."""
        await self.ledger.put_trade(self._trade(trade, order_no, lot))

    async def overtake(self, slow: str, quick: str) -> "asyncio.Task[None]":
        """The fault is used up once the slow transaction has begun."""
        put = self.ledger.put_order
        return await self._overtake(slow, put(self._order(slow)), put(self._order(quick)))

    async def overtake_trade(self, trade: Trade, slow: str, quick: str) -> "asyncio.Task[None]":
        """Likewise."""
        papers = (self._trade(trade, order_no, "") for order_no in (slow, quick))
        return await self._overtake(slow, *map(self.ledger.put_trade, papers))

    async def _overtake(
        self, name: str, slow: Coroutine[Any, Any, None], quick: Coroutine[Any, Any, None]
    ) -> "asyncio.Task[None]":
        fault = Fault("late_commit", door="write", count=1, seconds=0.4, reference=name)
        await self.ledger.bring(fault)
        late = asyncio.create_task(slow)
        await until(self._begun)
        await quick
        return late

    async def _begun(self) -> bool:
        return await self.ledger.left() == [0]

    async def bring(self, trouble: Trouble, *, seconds: float = 0.0) -> None:
        """Over its control port."""
        match trouble:
            case Trouble.OUTAGE:
                await self.ledger.outage(True)
            case Trouble.THROTTLED:
                await self.ledger.bear(Throttle(rate=0.1, burst=0))
            case Trouble.NONSENSE:
                doors = ("post", "search", "orders")
                await self.ledger.bring(*(Fault("nonsense", door=door) for door in doors))
            case _:
                await self.ledger.bring(Fault(FAULTS[trouble], count=1, seconds=seconds))

    async def clear(self) -> None:
        """Fair weather."""
        await self.ledger.outage(False)
        await self.ledger.bear(None)
        await self.ledger.bring()

    async def stock(self) -> dict[tuple[str, str], Decimal]:
        """As its counter says."""
        rows = await self.ledger.stock(self.plant)
        return {key: Decimal(quantity) for key, quantity in rows.items()}

    async def documents(self, reference: str) -> list[str]:
        """From the journal."""
        mine = [one for one in documents(self.place.journal) if one.posting.plant == self.plant]
        taken_back = {one.posting.reverses for one in mine}
        return [
            one.number
            for one in mine
            if one.posting.reference == reference and one.number not in taken_back
        ]

    def _trade(self, trade: Trade, order_no: str, lot: str) -> papers.Trade:
        ten = Decimal(10)
        line = papers.TradeLine(
            line=10,
            item=self.made,
            quantity=ten,
            unit=self.unit,
            schedule=(papers.Due(ten, ten, NOON, DAY),),
            lots=(papers.Lot(lot, ten, self.unit),) if lot else (),
            price="25.50",
            per=ten,
        )
        kind: Literal["sales", "purchase"] = "sales" if trade is Trade.SALES else "purchase"
        return papers.Trade(kind, self.plant, order_no, "P-1", ("OPEN",), (line,))

    def _order(self, order_no: str, sales_order: str = "") -> Order:
        return Order(
            plant=self.plant,
            order=order_no,
            item=self.made,
            quantity=Decimal(100),
            unit=self.unit,
            due_start=NOON,
            due_end=NOON + dt.timedelta(days=1),
            components=(Component(10, self.used, Decimal("1.5"), self.unit),),
            operations=(Operation(10, "press", "WC-1"),),
            sales_order=sales_order,
            sales_line=10 if sales_order else 0,
        )


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "versioned"])
def ledger(request: pytest.FixtureRequest) -> Iterator[tuple[Program, Place]]:
    """A process, used by the tests one after the other."""
    with scratch_folder() as root:
        place = Place(root / "ledger")
        [program] = declare(place.folder, versioned=request.param).programs(root)
        program.start()
        try:
            yield program, place
        finally:
            program.kill()


@pytest.fixture
async def stage(ledger: tuple[Program, Place]) -> AsyncIterator[LedgerStage]:
    """A plant of its own, in fair weather."""
    program, place = ledger
    async with Client(program, place) as client:
        stage = LedgerStage(client, place)
        await stage.clear()
        await stage.open()
        yield stage
        await stage.clear()


@pytest.fixture
def system(stage: LedgerStage, ledger: tuple[Program, Place]) -> System:
    """The ledger's row, with small pages."""
    settings = {
        "url": stage.ledger.url,
        "versioned": ledger[0].process.env["PLANTMESH_LEDGER_VERSIONED"] == "True",
        "page": 3,
        "request_timeout": 2.0,
    }
    return System("ledger", "ledger", (stage.plant,), budget=100, settings=settings)


@pytest.fixture
async def erp(system: System, stage: LedgerStage) -> AsyncIterator[ErpSystem]:
    """The adapter."""
    erp = LedgerErp(system, stage.place.key.read_text())
    yield erp
    await erp.close()


class TestLedger(ErpSystemContract):
    """All of it."""


class Blind(LedgerErp):
    """Does not look up what is there."""

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """Nothing, ever."""
        found = await super().find(sought)
        if isinstance(found, Unavailable):
            return found
        return {reference: Found(version=held.version) for reference, held in found.items()}


class Credulous(LedgerErp):
    """Believes an answer of 201."""

    async def _read_back(self, posting: PostingDocument) -> Outcome:
        return Posted("D1")


class Hurried(LedgerErp):
    """Goes on polling exactly where it stopped."""

    def __init__(self, system: System, key: str) -> None:
        super().__init__(replace(system, settings={**system.settings, "overlap_seconds": 0}), key)


@pytest.mark.parametrize(
    ("variant", "rule"),
    [
        (Blind, ErpSystemContract.test_a_booking_whose_answer_was_lost_is_found),
        (Blind, ErpSystemContract.test_a_late_booking_is_unknown_until_it_is_there),
        (Blind, ErpSystemContract.test_a_repeat_is_prevented_or_found),
        (Credulous, ErpSystemContract.test_ok_without_a_booking_is_not_believed),
        (Credulous, ErpSystemContract.test_a_part_of_a_posting_does_not_stand),
        (Hurried, ErpSystemContract.test_a_change_that_is_committed_late_is_not_missed),
        (
            Hurried,
            partial(
                ErpSystemContract.test_a_change_of_a_traded_order_that_is_committed_late_is_not_missed,
                trade=Trade.SALES,
            ),
        ),
    ],
)
async def test_the_contract_has_teeth(
    variant: type[LedgerErp],
    rule: Callable[[ErpSystemContract, ErpSystem, Stage], Awaitable[None]],
    system: System,
    stage: LedgerStage,
) -> None:
    erp = variant(system, stage.place.key.read_text())
    with pytest.raises(AssertionError):
        await rule(ErpSystemContract(), erp, stage)
    await erp.close()


async def test_a_wrong_key_is_unavailable_not_refused(system: System, stage: LedgerStage) -> None:
    stranger = LedgerErp(system, "not the key")
    assert isinstance(
        await stranger.find([Sought(stage.plant, ORDER, ref(stage, "p-1"))]), Unavailable
    )
    assert isinstance(await stranger.post(made(stage, "p-1", "1"), None, ()), Unavailable)
    await stranger.close()


def test_a_setting_that_is_none_is_named() -> None:
    with pytest.raises(InvalidError, match="speed"):
        LedgerErp(System("x", "ledger", (), 1, settings={"url": "http://x", "speed": 3}), "key")
