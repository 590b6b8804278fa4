"""The business measures of what is confirmed and not booked, and of what waits for a person."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.rounds import Rounds
from services.kit.store import Store

_LOOK_SECONDS = 10.0
# Spelt as the partial indexes are, so that years of settled ones cost nothing.
_UNPOSTED = """
SELECT split_part(flow, '/', 2), count(*) FROM effect
  WHERE at = 'erp' AND posting <> 'posted' AND posting <> 'skipped' GROUP BY 1"""
_STUCK = """
SELECT 'fact', count(*) FROM fact WHERE state <> 'done' AND state = 'refused' AND until = 'person'
UNION ALL SELECT 'effect', count(*) FROM effect
  WHERE state <> 'done' AND state = 'refused' AND until = 'person'"""


def open_work(store: Store) -> Rounds:
    """Looks for as long as the service runs."""
    return Rounds(OpenWork(store).look, seconds=_LOOK_SECONDS)


class OpenWork:
    """As last looked at; a plant stays, at 0."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unposted: dict[str, int] = {}
        self._stuck: dict[str, int] = {}
        signals.observe("plantmesh.process.unposted", self.unposted)
        signals.observe("plantmesh.process.stuck", self.stuck)

    async def look(self) -> None:
        """Renew what the measures show."""
        async with self._store.work() as work:
            unposted = await work.sql(_UNPOSTED)
            stuck = await work.sql(_STUCK)
        self._unposted = dict.fromkeys(self._unposted, 0) | dict(unposted)
        self._stuck = dict(stuck)

    def unposted(self) -> Iterator[signals.Reading]:
        """One number a plant."""
        for plant, count in self._unposted.items():
            yield count, {"plant": plant}

    def stuck(self) -> Iterator[signals.Reading]:
        """One number for facts, one for effects."""
        for kind, count in self._stuck.items():
            yield count, {"kind": kind}
