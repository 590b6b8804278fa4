"""How long each ERP has been silent, for its gauge."""

import math
from collections.abc import Iterator

from services.kit import signals
from services.kit.rounds import Rounds
from services.kit.store import Store

_LOOK_SECONDS = 10.0


def silence(store: Store) -> Rounds:
    """Looks for as long as the service runs."""
    return Rounds(Silence(store).look, seconds=_LOOK_SECONDS)


class Silence:
    """Of the enabled systems, as last looked at."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._silent_seconds: dict[str, float] = {}
        signals.observe("plantmesh.erp.source_age", self.read)

    async def look(self) -> None:
        """Renew what the gauge shows."""
        async with self._store.work() as work:
            rows = await work.sql(
                "SELECT s.id, extract(epoch FROM clock_timestamp() - f.heard_at)::float8"
                " FROM systems s LEFT JOIN source f ON f.system = s.id WHERE s.enabled"
            )
        self._silent_seconds = {system: math.inf if age is None else age for system, age in rows}

    def read(self) -> Iterator[signals.Reading]:
        """One number a system, in seconds."""
        for system, age in self._silent_seconds.items():
            yield age, {"system": system}
