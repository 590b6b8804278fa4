"""Two writers move, promise, take back and hold, by lot and by scope, the same few at random."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from services.kit.clock import Instant
from services.kit.errors import DomainError
from services.wms.domain.hold import Block
from services.wms.domain.movement import Movement
from services.wms.domain.rules import MovementType
from services.wms.domain.scope import Scope
from services.wms.domain.target import Target
from services.wms.domain.trade import Origin
from tests.component.wms.test_fold import rebuild
from tests.component.wms.warehouse import Warehouse, open_warehouse
from tests.component.wms.witness import hear, swear_in
from tests.unit.wms.moves import (
    FREE,
    NOON,
    QUALITY,
    hold,
    issue,
    move,
    produce,
    receive,
    take_back,
    transfer,
)
from tests.unit.wms.promises import ask, release, reserve
from tests.unit.wms.scopes import scope, watch
from tests.unit.wms.use_cases import carry, put

T = MovementType
LOTS = [f"F{n}" for n in range(1, 5)]


class Writer:
    """One of them; `outcomes` counts what became of what it tried."""

    def __init__(self, name: str, seed: int, warehouse: Warehouse) -> None:
        self.outcomes: Counter[str] = Counter()
        self._name = name
        self._dice = random.Random(f"{name}{seed}")
        self._warehouse = warehouse
        self._done: list[Movement] = []
        self._promises: list[str] = []
        self._held: list[tuple[str, str]] = []
        self._watched: list[Scope] = []
        self._count = 0

    async def step(self) -> None:
        """Try something."""
        self._count += 1
        what = self._dice.choices(
            [
                *(self._move, self._take_back, self._reserve, self._release),
                *(self._hold, self._lift, self._watch, self._let_go),
            ],
            [10, 3, 4, 1, 2, 3, 1, 2],
        )[0]
        code = await _code(what())
        self.outcomes[code or what.__name__[1:]] += 1

    async def _move(self) -> None:
        made = [
            self._any(f"{self._name}{self._count}.{n}") for n in range(self._dice.randint(1, 4))
        ]
        await carry(self._warehouse, *made)
        self._done += made

    async def _take_back(self) -> None:
        if self._done:
            one = self._dice.choice(self._done)
            await carry(self._warehouse, take_back(f"{self._name}b{self._count}", one))
            self._done.remove(one)

    async def _reserve(self) -> None:
        no, lot = f"{self._name}{self._count}", self._dice.choice([*LOTS, ""])
        await reserve(self._warehouse, ask(no, self._amount(), f"FLOUR/{lot}"))
        self._promises.append(no)

    async def _release(self) -> None:
        if self._promises:
            await release(self._warehouse, self._dice.choice(self._promises))

    async def _hold(self) -> None:
        name, no = f"FLOUR/{self._dice.choice(LOTS)}", f"{self._name}{self._count}"
        blocks = self._dice.sample(list(Block), self._dice.randint(1, 4))
        await put(self._warehouse, hold(name, hold_no=no, blocks=blocks))
        self._held.append((name, no))

    async def _lift(self) -> None:
        if self._held:
            name, no = self._held.pop(self._dice.randrange(len(self._held)))
            await put(self._warehouse, hold(name, hold_no=no, version=2, active=False))

    async def _watch(self) -> None:
        """A scope is opened as process does it: watched first, then what was there is held."""
        no, which = f"{self._name}s{self._count}", str(self._dice.randint(1, 3))
        day = NOON.date() + timedelta(days=int(which))
        covers: dict[str, Any] = self._dice.choice(
            (
                {"order_no": which},
                {"party": "MILL", "supplier_lot": which},
                {"item_no": "FLOUR", "first_day": day, "last_day": day},
            )
        )
        blocks = frozenset(self._dice.sample(list(Block), self._dice.randint(1, 4)))
        self._watched.append(scope(no, blocks=blocks, **covers))
        await watch(self._warehouse, self._watched[-1])

    async def _let_go(self) -> None:
        if self._watched:
            one = self._watched.pop(self._dice.randrange(len(self._watched)))
            await watch(self._warehouse, replace(one, active=False, version=2))

    def _came(self, reference: str, name: str) -> Movement:
        """On one of three days: one of three lots of the mill, or made for one of three orders."""
        which = self._dice.randint(1, 3)
        if self._dice.random() < 0.5:
            came = receive(reference, "9", name, origin=Origin("MILL", str(which)))
        else:
            came = produce(reference, "9", name, status=FREE, order_no=str(which))
        at = Instant(NOON + timedelta(days=self._dice.randint(1, 3)), 120)
        return replace(came, occurred_at=at)

    def _amount(self) -> str:
        return str(self._dice.randint(1, 6))

    def _any(self, reference: str) -> Movement:
        name, amount = f"FLOUR/{self._dice.choice(LOTS)}", self._amount()
        other = Target(lot_no=self._dice.choice(LOTS))
        name = name if name != f"FLOUR/{other.lot_no}" else "FLOUR/F9"
        match self._dice.randrange(9):
            case 0 | 1:
                return self._came(reference, name)
            case 2:
                return issue(reference, amount, name)
            case 3:
                return issue(reference, amount, name, order_no="4712")
            case 4:
                return move(reference, T.RELABEL, amount, name, to=other)
            case 5:
                return move(reference, T.BLOCK, amount, name)
            case 6:
                return move(reference, T.UNBLOCK, amount, name)
            case 7:
                return move(reference, T.RELEASE_FROM_QUALITY, amount, name, status=QUALITY)
            case _:
                return transfer(reference, amount, name=name)


async def _code(doing: Awaitable[object]) -> str:
    try:
        await doing
    except DomainError as error:
        return error.code
    except (psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable) as error:
        return type(error).__name__
    return ""


@pytest.mark.parametrize("steps", [120, pytest.param(4_000, marks=pytest.mark.long)])
async def test_no_hold_is_passed_nothing_is_promised_twice_and_the_books_add_up(
    warehouse: Warehouse, database: str, steps: int
) -> None:
    await swear_in(warehouse)
    await carry(warehouse, *(receive(f"r{one}", "200", f"FLOUR/{one}") for one in LOTS))

    async with open_warehouse(database) as other:
        writers = [Writer("a", steps, warehouse), Writer("b", steps, other)]

        async def write(writer: Writer) -> None:
            for _ in range(steps):
                await writer.step()

        await asyncio.gather(*map(write, writers))
    outcomes = writers[0].outcomes + writers[1].outcomes
    account = await hear(warehouse)
    assert account.forbidden == []
    # It has seen what it is about.
    assert account.passed > steps / 10, outcomes
    assert account.caught > steps / 30, outcomes
    assert outcomes["lot_held"] > steps / 20, outcomes
    assert all(outcomes[one] for one in ("reserve", "take_back", "lift", "watch", "let_go")), (
        outcomes
    )
    assert await rebuild(warehouse, repair=False) == []
    async with warehouse.store.work() as work:
        rows = await work.sql("SELECT quantity, reserved FROM balance")
        [(promised,)] = await work.sql("SELECT coalesce(sum(open), 0) FROM reservation_part")
        [(moved,)] = await work.sql("SELECT sum(change) FROM movement WHERE there_status IS NULL")
    assert all(0 <= reserved <= max(quantity, Decimal(0)) for quantity, reserved in rows)
    assert sum(reserved for _, reserved in rows) == promised
    assert sum(quantity for quantity, _ in rows) == moved


async def test_two_writers_never_promise_the_same_stock(
    warehouse: Warehouse, database: str
) -> None:
    await carry(warehouse, *(receive(f"r{one}", "5", f"FLOUR/{one}") for one in LOTS))
    async with open_warehouse(database) as other:
        tried = (
            _code(reserve((warehouse, other)[n % 2], ask(f"R{n}", "3", "FLOUR/")))
            for n in range(12)
        )
        found = Counter(await asyncio.gather(*tried))
    assert found == {"": 6, "not_available": 6}
    async with warehouse.store.work() as work:
        rows = await work.sql("SELECT quantity - reserved FROM balance ORDER BY 1")
    assert [left for (left,) in rows] == [0, 0, 0, 2]
