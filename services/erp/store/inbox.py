"""Orders as they arrived from one ERP, and how far each ERP has been read."""

from collections.abc import Sequence

from services.erp.domain.codes import UnmappedCodeError
from services.erp.ports.feeds import RawOrder, Take
from services.erp.store.master import codes_version, plants_version
from services.erp.store.waiting import note_unmapped
from services.kit import raw_input
from services.kit.errors import DomainError, UnavailableError
from services.kit.log import logger
from services.kit.raw_input import Input, RawInput, Stage
from services.kit.store import Store, Work

Refused = dict[int, UnmappedCodeError]
"""By raw input."""
_log = logger(__name__)


class SqlInbox:
    """Raw orders of one kind of `system` over kit's table."""

    def __init__(self, store: Store, system: str, kind: str) -> None:
        self._store = store
        self._system = system
        self._kind = kind
        self._replayed = (-1, -1)

    async def receive(self, orders: Sequence[RawOrder], take: Take) -> None:
        """Keep them all, then take each that is new, in order; a refused one stays."""
        inputs = [Input(self._system, self._kind, order.id, order.content) for order in orders]
        kept = await raw_input.receive(self._store, inputs)
        for raw in kept:
            if raw.state is Stage.RECEIVED:
                await self._take(raw, take)

    async def replay(self, take: Take) -> None:
        """Take again what failed, if codes or plants changed since the last time."""
        async with self._store.work():
            version = await codes_version()
            known = version, await plants_version()
        if known != self._replayed:
            refused: Refused = {}
            mapper = _mapper(take, refused)
            await raw_input.replay(self._store, self._system, self._kind, mapper, str(version))
            await self._note(refused)
            self._replayed = known

    async def _take(self, raw: RawInput, take: Take) -> None:
        async with self._store.work():
            version = await codes_version()
        refused: Refused = {}
        try:
            await raw_input.process(self._store, raw, _mapper(take, refused), str(version))
        except UnavailableError:
            raise
        except DomainError as error:
            _log.warning(
                "an order cannot be read",
                system=self._system,
                kind=self._kind,
                raw_input=raw.id,
                code=error.code,
                field=error.field,
                reason=str(error),
            )
            await self._note(refused)

    async def _note(self, refused: Refused) -> None:
        """After what a mapping did was rolled back: a crash before it is made good by a replay."""
        async with self._store.work():
            await note_unmapped(refused)


class Inboxes:
    """One inbox a system and kind, as long as the process lives: each knows what it has tried."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, str], SqlInbox] = {}

    def of(self, system: str, kind: str) -> SqlInbox:
        """The system's own."""
        return self._known.setdefault((system, kind), SqlInbox(self._store, system, kind))


class SqlMarks:
    """Marks over PostgreSQL; a transaction each call."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, system: str, kind: str) -> str:
        """The mark, "" before the first poll."""
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT mark FROM order_mark WHERE system = %s AND kind = %s", (system, kind)
            )
        return rows[0][0] if rows else ""

    async def put(self, system: str, kind: str, mark: str) -> None:
        """Go on from here next time."""
        async with self._store.work() as work:
            await work.sql(
                "INSERT INTO order_mark (system, kind, mark) VALUES (%s, %s, %s)"
                " ON CONFLICT (system, kind) DO UPDATE SET mark = excluded.mark",
                (system, kind, mark),
            )


def _mapper(take: Take, refused: Refused) -> raw_input.Mapper:
    async def map_order(_: Work, raw: RawInput) -> None:
        try:
            await take(RawOrder(raw.external_id, raw.content))
        except UnmappedCodeError as error:
            refused[raw.id] = error
            raise

    return map_order
