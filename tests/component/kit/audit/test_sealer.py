"""Committed rows join the chain once, none is skipped, and two sealers make one chain."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import Context
from itertools import pairwise
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import pytest

from services.kit.access.principal import Principal, acting_as
from services.kit.audit import Change, record, told_by
from services.kit.audit.finding import Flaw
from services.kit.audit.keys import Keyring, SigningKey
from services.kit.audit.retention import Cut, announce, remove
from services.kit.audit.seal import Head
from services.kit.errors import ConflictError
from tests.component.kit.audit.ledger import KEY, Ledger, in_one_chain
from tests.waiting import until

T = TypeVar("T")


async def test_a_row_tells_who_what_when_why_and_through_what(ledger: Ledger) -> None:
    principal = Principal("service:process", on_behalf_of="olga")
    old, new = {"n": 1, "same": "x"}, {"n": 2, "same": "x"}
    with acting_as(principal), told_by("plantmesh.works.v1.Fix", "typo"):
        async with ledger.store.work() as work:
            record(work, Change("thing", "lyon/1", old, new, mapping_version=7))
            record(work, Change("thing", "lyon/2", None, new, "not the request's"))
    rows = await ledger.rows(
        "SELECT who, via, kind, key, old, new, reason, service, method, schema_version,"
        " mapping_version, now() - at < interval '1 minute' FROM audit_unsealed ORDER BY id"
    )
    method = "plantmesh.works.v1.Fix"
    whose = "olga", "service:process", "thing"
    assert rows == [
        (*whose, "lyon/1", {"n": 1}, {"n": 2}, "typo", "works", method, 1, 7, True),
        (*whose, "lyon/2", None, new, "not the request's", "works", method, 1, 0, True),
    ]


async def test_rows_of_a_transaction_that_fails_are_gone_with_it(ledger: Ledger) -> None:
    with suppress(ZeroDivisionError):
        async with ledger.store.work() as work:
            record(work, Change("thing", "lyon/1", None, {}))
            raise ZeroDivisionError
    async with ledger.store.work() as work:
        with suppress(ZeroDivisionError):
            async with work.savepoint():
                record(work, Change("thing", "lyon/2", None, {}))
                raise ZeroDivisionError
        record(work, Change("thing", "lyon/3", None, {}))
    assert await ledger.rows("SELECT key FROM audit_unsealed") == [("lyon/3",)]


async def test_nobody_writes_rows_of_the_audits_own_kinds(ledger: Ledger) -> None:
    async with ledger.store.work() as work:
        with pytest.raises(ValueError, match=r"audit\.retention"):
            record(work, Change("audit.retention", "0", None, {}))


async def test_a_transaction_that_commits_late_is_sealed_late_and_not_skipped(
    ledger: Ledger,
) -> None:
    early, late, *others = in_one_chain(4)
    async with ledger.store.work() as held:
        record(held, Change("thing", late, None, {}))
        await held.flush()
        await elsewhere(ledger.change(early))
        assert (await elsewhere(ledger.sealer().seal())).rows == 1
        await elsewhere(ledger.change(*others))
    assert await ledger.rows("SELECT key FROM audit_unsealed ORDER BY id LIMIT 1") == [(late,)]
    assert (await ledger.sealer().seal()).rows == 3
    chain = await ledger.rows("SELECT seq, key FROM audit ORDER BY seq")
    assert chain == [(1, early), (2, late), *enumerate(others, start=3)]
    ids = [id for (id,) in await ledger.rows("SELECT id FROM audit ORDER BY seq")]
    assert ids[0] > ids[1], "the held transaction took its id first"
    await ledger.keeper().turn()
    assert await ledger.verify() == []


async def test_two_sealers_make_one_chain(ledger: Ledger) -> None:
    keys = in_one_chain(40)
    for key in keys:
        await ledger.change(key)
    refused = 0

    async def seal_all() -> None:
        nonlocal refused
        sealer = ledger.sealer(batch=3)
        while await ledger.rows("SELECT 1 FROM audit_unsealed LIMIT 1"):
            try:
                await sealer.seal()
            except (ConflictError, psycopg.errors.LockNotAvailable):
                refused += 1

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(seal_all())
    assert refused > 0
    seals = await ledger.rows("SELECT no, first_seq, last_seq FROM audit_seal ORDER BY no")
    assert all(a[0] + 1 == b[0] and a[2] + 1 == b[1] for a, b in pairwise(seals))
    assert sorted(await ledger.rows("SELECT key FROM audit")) == sorted((key,) for key in keys)
    await ledger.keeper().turn()
    assert await ledger.verify() == []


async def test_what_is_sealed_does_not_change(ledger: Ledger) -> None:
    await ledger.change(*in_one_chain(3))
    for statement in (
        "UPDATE audit_unsealed SET who = 'nobody'",
        "DELETE FROM audit_unsealed",
        "TRUNCATE audit_unsealed",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            await ledger.rows(statement)
    await ledger.sealer().seal()
    for table in ("audit", "audit_seal"):
        for statement in (
            f"UPDATE {table} SET service = 'x'",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                await ledger.rows(statement)


async def test_a_key_is_rotated(ledger: Ledger) -> None:
    new = SigningKey(bytes(32))
    await ledger.change("lyon/1")
    await ledger.keeper().turn()
    await ledger.change("lyon/1")
    await ledger.sealer(key=new).seal()
    await ledger.keeper().turn()
    assert await ledger.verify(keys=Keyring([KEY.public, new.public])) == []
    flaws = await ledger.flaws(keys=Keyring([new.public]))
    assert flaws == [(Flaw.SEAL_FOREIGN, 1, 0)]


async def test_rows_go_below_a_sealed_cut_only(ledger: Ledger) -> None:
    first, second, third = in_one_chain(3)
    for key in (first, second):
        await ledger.change(key)
        await ledger.sealer().seal()
    async with ledger.store.work() as work:
        assert await announce(work, 0, Cut(2, 2), "kept long enough")
    await ledger.change(third)
    with pytest.raises(psycopg.errors.RestrictViolation):
        await ledger.rows("DELETE FROM audit WHERE seq = 1")
    await ledger.keeper().turn()
    async with ledger.store.work() as work:
        assert not await remove(work, Head(0, 2, 2))
        assert await remove(work, Head(0, 2, 2))
    with pytest.raises(psycopg.errors.RestrictViolation):
        await ledger.rows("DELETE FROM audit WHERE seq = 3")
    kept = await ledger.rows("SELECT seq, kind FROM audit ORDER BY seq")
    assert kept == [(3, "audit.retention"), (4, "thing")]
    assert await ledger.rows("SELECT no FROM audit_seal ORDER BY no") == [(2,), (3,)]
    assert await ledger.verify() == []
    # Without the row that tells of it, the same cut is a crime.
    ledger.tamper("DELETE FROM audit WHERE seq = 3")
    assert await ledger.flaws() == [
        (Flaw.BEGINNING_MISSING, 2, 0),
        (Flaw.ROW_MISSING, 2, 2),
        (Flaw.ROW_MISSING, 3, 3),
    ]


async def test_the_keeper_seals_within_a_second_and_hands_over(ledger: Ledger) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(ledger.keeper().run(stop))
    try:
        for _ in range(3):
            await ledger.change(f"lyon/{uuid4()}")
            await until(ledger.all_sealed, 10, every=0.02)
        [(longest,)] = await ledger.rows(
            "SELECT extract(epoch FROM max(s.sealed_at - a.at)) FROM audit a JOIN audit_seal s"
            " ON s.partition = a.partition AND a.seq BETWEEN s.first_seq AND s.last_seq"
        )
        assert longest < 3
    finally:
        stop.set()
        await running
    assert await ledger.verify() == []


async def elsewhere(call: Coroutine[Any, Any, T]) -> T:
    """In a task that does not know of the unit of work that is open here."""
    return await asyncio.create_task(call, context=Context())
