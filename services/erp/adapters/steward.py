"""Reference's stewardship queue: told what waits for codes here; what has its code now goes on."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from services.erp import wire
from services.erp.adapters.lane import express
from services.erp.domain.accounts import SYSTEM
from services.erp.domain.codes import CodeTable, UnmappedCodeError, Waiting
from services.erp.ports.mapping import Codes, Waitings
from services.kit.access.principal import acting_as
from services.kit.clock import SystemClock
from services.kit.errors import ConflictError, DomainError, InvalidError, UnavailableError
from services.kit.ids import uuid7
from services.kit.lanes.desk import Act, replay
from services.kit.lanes.entry import Entry
from services.kit.lanes.systems import all_systems
from services.kit.log import logger
from services.kit.store import Store, Work

POSTING = "posting"
_AT_ONCE = 500
_LONGEST = 120
_REPEAT_SECONDS = 30.0
Report = Callable[[Any], Awaitable[Any]]
_MAPPED = Act("service:erp", "the code it waited for is mapped")
_log = logger(__name__)


class Steward:
    """`report` is ReportWaiting of reference. One process at a time says what waits.

    Told anew when it changes, and now and then as it is: whoever forgot it hears it again.
    """

    def __init__(self, store: Store, codes: Codes, waitings: Waitings, report: Report) -> None:
        self._store = store
        self._codes = codes
        self._waitings = waitings
        self._report = report
        self._clock = SystemClock()
        self._told: dict[str, tuple[float, list[Waiting]]] = {}

    async def round(self) -> None:
        """Every system once, then valuation; raises UnavailableError when nobody hears."""
        async with self._store.work() as work:
            systems = [system.id for system in await all_systems(work)]
        for system in systems:
            async with self._store.work() as work:
                orders = await self._waitings.orders(system)
                waiting = [*orders, *await self._postings(work, system)]
            await self._tell(system, waiting)
        async with self._store.work():
            parked = await self._waitings.finance()
        await self._tell(SYSTEM, parked)

    async def close(self) -> None:
        """Whoever leads next tells everything anew."""
        self._told.clear()

    async def _postings(self, work: Work, system: str) -> list[Waiting]:
        """Those that still have no code; the others are let go."""
        waiting: list[Waiting] = []
        for entry, since in await self._waitings.postings(system):
            if error := await self._missing(system, entry):
                waiting.append(Waiting(error.question, POSTING, entry.reference, since))
            else:
                with suppress(ConflictError):  # somebody moved it on meanwhile
                    await replay(work, entry.id, _MAPPED)
        return waiting

    async def _missing(self, system: str, entry: Entry) -> UnmappedCodeError | None:
        try:
            posting = wire.read_payload(entry.payload)
            at = posting.occurred_at.moment
            table: CodeTable = await self._codes.table(system, posting.order.plant, at)
            express(posting, table)
        except UnmappedCodeError as error:
            return error
        except InvalidError:
            # A person mended it into something else that is wrong: the lane will say so.
            return None
        return None

    async def _tell(self, system: str, found: Sequence[Waiting]) -> None:
        now, waiting = self._clock.monotonic(), [one for one in found if _sayable(one)]
        if system in self._told:
            since, told = self._told[system]
            if told == waiting and (not waiting or now - since < _REPEAT_SECONDS):
                return
        round = str(uuid7())
        parts = [waiting[at : at + _AT_ONCE] for at in range(0, len(waiting), _AT_ONCE)] or [[]]
        try:
            with acting_as(None):
                for part in parts:
                    last = part is parts[-1]
                    await self._report(wire.write_waiting(system, round, part, last=last))
        except DomainError as error:
            raise UnavailableError(f"no steward hears of what waits: {error}") from error
        self._told[system] = now, waiting


def _sayable(one: Waiting) -> bool:
    if 0 < len(one.question.code) <= _LONGEST:
        return True
    _log.warning("a code that nobody can map", system=one.question.system, document=one.key)
    return False
