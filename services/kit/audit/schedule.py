"""When retention works: every now and then, in the replica that seals."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from services.kit.audit.archivist import Archivist
from services.kit.audit.retention import Cut
from services.kit.audit.source import told_by
from services.kit.checkpoint import reach
from services.kit.errors import ConflictError, UnavailableError
from services.kit.store import CONNECTION_LOST, RETRIED

PAUSE = 60.0
"""Seconds: what was announced goes this soon after its seal."""
EVERY = timedelta(days=1)
_PASSING: tuple[type[Exception], ...] = (
    UnavailableError,
    ConflictError,
    *RETRIED,
    *CONNECTION_LOST,
)


class Schedule:
    """Exports, announces and prunes what is older than `kept`; None prunes what people announced.

    It begins when something is older by `every`, so that a chain gets so many files and no more.
    `trouble` says why it could not, "" where it could.
    """

    def __init__(
        self,
        archivist: Archivist,
        kept: timedelta | None,
        *,
        every: timedelta = EVERY,
        pause: float = PAUSE,
    ) -> None:
        self._archivist = archivist
        self._store = archivist.store
        self._kept = kept
        self._every = every
        self._pause = pause
        self.trouble = ""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.turn()
                self.trouble = ""
            except _PASSING as error:
                self.trouble = f"retention: {error}"
            await asyncio.sleep(self._pause)

    async def turn(self) -> None:
        """Once; what is announced now goes in a later turn, when it is sealed."""
        await self._archivist.prune()
        if self._kept is not None and await self._archivist.is_due(self._kept + self._every):
            await self._archivist.export(self._kept)
            if cuts := await self._archivist.cuts(self._kept):
                await self._announce(cuts, f"kept for {self._kept.days} days")

    async def _announce(self, cuts: Mapping[int, Cut], reason: str) -> None:
        with told_by("retention"):
            async with self._store.work():
                await self._archivist.announce(cuts, reason)
        reach("audit.announced")
