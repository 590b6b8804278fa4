"""A clerk reads and changes a service's books; what is asked twice is changed once."""

from collections.abc import AsyncIterator

import pytest
from plantmesh.common.v1.page_pb2 import PageInfo
from plantmesh.wms.v1.wms_pb2 import MoveStockRequest

from services.kit.access.principal import Principal
from services.kit.errors import ConflictError
from services.kit.migrate import migrate
from services.kit.rpc.clerk import Clerk
from services.kit.store import Store, current_work
from tests.servers import PostgresServer

ALICE = Principal("alice")


def prepare(url: str) -> None:
    """The tables of kit."""
    migrate("kit", url)


class Shelf:
    """Books of one page, kept in the ambient unit of work."""

    async def turn(self) -> int:
        """To the next one."""
        [(n,)] = await current_work().sql("UPDATE page SET n = n + 1 RETURNING n")
        return int(n)

    async def now(self) -> int:
        """Which is open."""
        [(n,)] = await current_work().sql("SELECT n FROM page")
        return int(n)


@pytest.fixture
async def clerk(postgres: PostgresServer) -> AsyncIterator[Clerk[Shelf]]:
    store = Store(postgres.dsn("clerk", prepared_by=prepare))
    async with store.work() as work:
        await work.sql("CREATE TABLE page AS SELECT 0 AS n")

    async def learn(_: object) -> None:
        raise AssertionError("nothing is named")

    yield Clerk(store, Shelf(), learn)
    await store.close()


async def test_a_request_changes_the_books_once_and_always_gets_its_answer(
    clerk: Clerk[Shelf],
) -> None:
    async def effect(shelf: Shelf) -> PageInfo:
        return PageInfo(end_cursor=str(await shelf.turn()))

    first = MoveStockRequest(idempotency_key="1")
    answers = [await clerk.once(ALICE, first, effect) for _ in range(2)]
    answers.append(await clerk.once(ALICE, MoveStockRequest(idempotency_key="2"), effect))
    assert [answer.end_cursor for answer in answers] == ["1", "1", "2"]
    assert await clerk.read(Shelf.now) == 2


async def test_what_fails_changes_nothing_and_may_be_asked_again(clerk: Clerk[Shelf]) -> None:
    request = MoveStockRequest(idempotency_key="1")

    async def refuse(shelf: Shelf) -> PageInfo:
        await shelf.turn()
        raise ConflictError("the book is closed", code="closed")

    async def effect(shelf: Shelf) -> PageInfo:
        return PageInfo(end_cursor=str(await shelf.turn()))

    with pytest.raises(ConflictError, match="closed"):
        await clerk.once(ALICE, request, refuse)
    assert await clerk.read(Shelf.now) == 0
    assert (await clerk.once(ALICE, request, effect)).end_cursor == "1"
