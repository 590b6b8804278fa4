"""Reads raw orders with the adapter of the system they came from; no system is asked."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from services.erp.adapters.registry import Connect
from services.erp.domain.document import OrderDocument
from services.kit.errors import NotFoundError
from services.kit.lanes.systems import all_systems
from services.kit.store import current_work

Reader = Callable[[str], AbstractAsyncContextManager[Callable[[bytes], OrderDocument]]]


def reader(connect: Mapping[str, Connect]) -> Reader:
    """How to read the orders of a system, in the ambient unit of work."""

    @asynccontextmanager
    async def read(system: str) -> AsyncIterator[Callable[[bytes], OrderDocument]]:
        for one in await all_systems(current_work()):
            if one.id == system and one.adapter in connect:
                erp = connect[one.adapter](one)
                try:
                    yield erp.read_order
                finally:
                    await erp.close()
                return
        raise NotFoundError(
            f"nothing here reads orders of {system[:80]}", code="unknown_system", field="system"
        )

    return read
