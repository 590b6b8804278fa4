"""The part that keeps a service's chain: seals while it leads, and tells the anchors."""

import asyncio
from collections.abc import Iterator, Sequence

import psycopg

from services.kit import signals
from services.kit.audit.anchor import Anchor, latest
from services.kit.audit.schedule import Schedule
from services.kit.audit.seal import Head
from services.kit.audit.sealer import BATCH, Sealer
from services.kit.audit.shelf import unsealed
from services.kit.audit.watch import Watch
from services.kit.checkpoint import reach
from services.kit.components import status
from services.kit.elector import Elector, Pace, Term
from services.kit.errors import ConflictError, UnavailableError
from services.kit.lease import LeaseRow
from services.kit.store import CONNECTION_LOST, RETRIED, Store

LEASE = "audit"
PAUSE = 0.4
"""Seconds between two looks: with the time of a turn, rows are sealed within a second."""
_COMPARE = 25
_PASSING: tuple[type[Exception], ...] = (
    UnavailableError,
    ConflictError,
    *RETRIED,
    *CONNECTION_LOST,
)
_PACE = Pace(renew=1.0, request=1.0, deadline=4.0, takeover=5.0)

_window = signals.histogram("plantmesh.audit.window")
_sealed = signals.counter("plantmesh.audit.sealed")


class Keeper:
    """One at work a service; a second one is refused by the chain's head, whatever the lease.

    `retention` and `watch`, if there are any, go on beside it while this replica leads.
    """

    def __init__(
        self,
        store: Store,
        sealer: Sealer,
        anchors: Sequence[Anchor],
        instance: str,
        *,
        pause: float = PAUSE,
        pace: Pace = _PACE,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._anchors = anchors
        self.retention: Schedule | None = None
        self.watch: Watch | None = None
        self._pause = pause
        self._told: dict[str, dict[int, Head]] = {}
        self._looks = self._turns = 0
        self._unsealed = (0.0, 0.0)
        self._anchored: dict[str, bool] = {}
        lease = LeaseRow(store, LEASE)
        self._elector = Elector(lease, instance, self._lead, pace=pace)
        signals.observe("plantmesh.audit.unsealed", self._rows_waiting)
        signals.observe("plantmesh.audit.unsealed_age", self._oldest_waiting)
        signals.observe("plantmesh.audit.anchored", self._anchors_that_know)

    async def run(self, stop: asyncio.Event) -> None:
        """Contend, and seal while leading."""
        await self._elector.run(stop)

    async def turn(self) -> int:
        """Seal what waits and tell the anchors; how many rows were sealed."""
        sealed = await self._sealer.seal()
        if sealed.rows:
            _window.record(sealed.oldest)
            _sealed.add(sealed.rows)
        await self._measure()
        troubles = [await self._tell(anchor, sealed.heads) for anchor in self._anchors]
        names = (anchor.name for anchor in self._anchors)
        self._anchored = {name: not why for name, why in zip(names, troubles, strict=True)}
        if self.retention:
            troubles.append(self.retention.trouble)
        if trouble := "; ".join(filter(None, troubles)):
            status().degraded(trouble)
        else:
            status().active()
        return sealed.rows

    async def _lead(self, term: Term) -> None:
        retiring = asyncio.create_task(self.retention.run()) if self.retention else None
        try:
            await self._seal(term, retiring)
        finally:
            self._anchored = {}
            self._unsealed = (0.0, 0.0)
            if self.watch:
                self.watch.rest()
            if retiring is not None:
                retiring.cancel()

    async def _seal(self, term: Term, retiring: asyncio.Task[None] | None) -> None:
        # What another leader told the anchors meanwhile is looked up again.
        self._told.clear()
        self._turns = 0
        while True:
            # Its end must end us even where an error took the place of our cancellation.
            term.check()
            if retiring is not None and retiring.done():
                retiring.result()
            try:
                rows = await self.turn()
            except _PASSING as error:
                rows = 0
                status().degraded(str(error))
            except psycopg.IntegrityError as error:
                rows = 0
                status().degraded(f"the chain does not go on where its head says: {error}")
            if rows < BATCH:
                await asyncio.sleep(self._pause)

    async def _tell(self, anchor: Anchor, heads: Sequence[Head]) -> str:
        """Bring one anchor to where the chains end; what is wrong with it, if anything."""
        self._looks += 1
        try:
            if anchor.name not in self._told or self._looks % _COMPARE == 0:
                self._told[anchor.name] = dict(latest(await anchor.recent()))
            told = self._told[anchor.name]
            behind = [h for h in heads if told.get(h.partition, Head(0)).no < h.no]
            if behind:
                reach("audit.before_anchor")
                await anchor.put(behind)
                reach("audit.after_anchor")
                told |= latest(behind)
        except UnavailableError as error:
            self._told.pop(anchor.name, None)
            return str(error)
        ends = latest(heads)
        ahead = [h for h in told.values() if h.no > ends.get(h.partition, Head(0)).no]
        if ahead:
            return f"{anchor.name} knows seals that are not here: cut off, or a restored backup"
        return ""

    async def _measure(self) -> None:
        async with self._store.work() as work:
            rows, age = await unsealed(work)
        self._unsealed = (float(rows), age)
        if self.watch and self._turns % _COMPARE == 0:
            await self.watch.look()
        self._turns += 1

    def _rows_waiting(self) -> Iterator[signals.Reading]:
        yield self._unsealed[0], {}

    def _oldest_waiting(self) -> Iterator[signals.Reading]:
        yield self._unsealed[1], {}

    def _anchors_that_know(self) -> Iterator[signals.Reading]:
        for name, knows in self._anchored.items():
            yield float(knows), {"anchor": name}
