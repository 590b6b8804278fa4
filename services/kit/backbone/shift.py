"""Which relay works: an advisory lock saves the others their work, and protects nothing."""

import time

from services.kit.backbone.link import Link
from services.kit.store import Row

_LOCK = 0x504D01


class Shift:
    """Taken with the lock, or without it when its holder stands still for `patience` seconds.

    A stopped process keeps its session, and so the lock; two relays at once are safe.
    """

    def __init__(self, link: Link, patience: float) -> None:
        self._link = link
        self._patience = patience
        self._locked = 0
        self._seen: Row = ()
        self._since = 0.0

    async def begins(self) -> bool:
        """Whether to work this turn."""
        if self._locked == self._link.opened:
            return True
        [(locked,)] = await self._link.rows("SELECT pg_try_advisory_lock(%s)", (_LOCK,))
        if locked:
            self._locked = self._link.opened
            return True
        return await self._stands_still()

    async def _stands_still(self) -> bool:
        [state] = await self._link.rows(
            "SELECT EXISTS (SELECT FROM outbox WHERE n IS NULL) OR bool_or(n <> sent_n),"
            " sum(n), sum(sent_n) FROM stream_head"
        )
        now = time.monotonic()
        behind, *_ = state
        if state != self._seen or not behind:
            self._seen, self._since = state, now
        return now - self._since >= self._patience
