"""A link that several tasks use: one of them may drop it at any moment."""

import asyncio
from contextlib import suppress

import pytest

from services.kit.backbone.link import Link
from services.kit.store import CONNECTION_LOST, Store
from tests.servers import PostgresServer


@pytest.fixture
async def link(postgres: PostgresServer) -> Link:
    return Link(Store(postgres.dsn("link")), durable=False)


async def test_dropped_while_it_opens_it_is_lost_or_another_but_never_none(link: Link) -> None:
    for _ in range(5):
        asking = asyncio.create_task(link.rows("SELECT 1"))
        while not asking.done():
            await link.drop()
            await asyncio.sleep(0)
        with suppress(*CONNECTION_LOST):
            assert await asking == [(1,)]
    await link.drop()


async def test_two_that_ask_at_once_share_one(link: Link) -> None:
    await asyncio.gather(link.rows("SELECT 1"), link.rows("SELECT 2"))
    assert link.opened == 1
    await link.drop()


async def test_its_marks_are_not_waited_for(link: Link) -> None:
    assert await link.rows("SHOW synchronous_commit") == [("off",)]
    await link.drop()
