"""What was heard and is not told yet: kept through kills and outages, dropped by a declared rule.

A look goes as soon as the next one covers it (`domain.looks`). Beyond `limit` reports the oldest
go, and the look that follows says so as a gap; the newest of each machine stays.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter

from services.kit import signals
from services.kit.errors import UnavailableError
from services.kit.store import Row
from services.telemetry.adapters.edge_file import open_file
from services.telemetry.domain.equipment import Mark, StateChange
from services.telemetry.domain.look import Look, Quality
from services.telemetry.domain.looks import covers

T = TypeVar("T")

_LOOK, _STATE = "look", "state"
_looks = TypeAdapter(Look)
_states = TypeAdapter(StateChange)
_dropped = signals.counter("plantmesh.telemetry.dropped")


class Batch(NamedTuple):
    """The oldest of what waits, up to number `until`."""

    until: int
    looks: Sequence[Look]
    states: Sequence[StateChange]


class Buffer:
    """The edge buffer in the file `path`. Every call raises UnavailableError when it cannot."""

    def __init__(self, path: Path, *, limit: int = 100_000) -> None:
        self.arrived = asyncio.Event()
        self.present: dict[str, StateChange] = {}
        """The newest state of each machine that this process has seen, told or not."""
        self._limit = limit
        self._lock = asyncio.Lock()
        self._database = open_file(path)
        # From the start: of a counter that begins with what it counts, no query sees an increase.
        _dropped.add(0, {})
        # Per machine, its newest look and the number it waits under, or waited.
        self._tails: dict[str, tuple[int, Look]] = {
            equipment: (n, _looks.validate_json(body))
            for equipment, n, body in self._database.execute(
                "SELECT equipment, max(n), body FROM report WHERE kind = ? GROUP BY equipment",
                (_LOOK,),
            )
        }

    async def keep(self, looks: Sequence[Look], states: Sequence[StateChange]) -> None:
        """Durable when it returns."""
        if looks or states:
            tails = dict(self._tails)
            await self._run(lambda: self._keep(tails, looks, states))
            self._tails = tails
            self.present.update({state.equipment: state for state in states})
            self.arrived.set()

    async def newest(self, equipment: str) -> tuple[Look | None, StateChange | None]:
        """The last look and state of a machine, told or not."""
        query = "SELECT kind, body FROM newest WHERE equipment = ?"
        rows: dict[str, str] = dict(await self._rows(query, equipment))
        return (
            _looks.validate_json(rows[_LOOK]) if _LOOK in rows else None,
            _states.validate_json(rows[_STATE]) if _STATE in rows else None,
        )

    async def first(self, count: int) -> Batch | None:
        """The oldest `count`, which stay until they are forgotten; None when nothing waits."""
        self.arrived.clear()
        rows = await self._rows("SELECT n, kind, body FROM report ORDER BY n LIMIT ?", count)
        if not rows:
            return None
        looks = [_looks.validate_json(body) for _, kind, body in rows if kind == _LOOK]
        states = [_states.validate_json(body) for _, kind, body in rows if kind == _STATE]
        return Batch(rows[-1][0], looks, states)

    async def forget(self, until: int) -> None:
        """What was told: everything up to this number."""
        await self._rows("DELETE FROM report WHERE n <= ?", until)

    async def machines(self) -> list[str]:
        """Whose reports wait."""
        return [row[0] for row in await self._rows("SELECT DISTINCT equipment FROM report")]

    async def standing(self) -> tuple[int, datetime | None]:
        """How much waits, and of when the oldest is."""
        [(count, oldest)] = await self._rows("SELECT count(*), min(at) FROM report")
        return count, datetime.fromisoformat(oldest) if oldest else None

    async def prune(self, marks: Mapping[str, Mark]) -> None:
        """Forget what another replica told; a state that lasts may be known better since."""
        for equipment, mark in marks.items():
            if mark.read_at:
                await self._rows(
                    "DELETE FROM report WHERE equipment = ? AND kind = 'look' AND at <= ?",
                    *(equipment, _text(mark.read_at)),
                )
            if mark.since:
                await self._rows(
                    "DELETE FROM report WHERE equipment = ? AND kind = 'state' AND at < ?",
                    *(equipment, _text(mark.since)),
                )

    async def close(self) -> None:
        """Let another process have it."""
        async with self._lock:
            await asyncio.to_thread(self._database.close)

    async def _rows(self, query: str, *parameters: object) -> list[Row]:
        return await self._run(lambda: self._database.execute(query, parameters).fetchall())

    async def _run(self, act: Callable[[], T]) -> T:
        """`act` in a transaction of its own, aside from the loop: the disk may be slow."""

        def transact() -> T:
            try:
                with self._database:
                    return act()
            except sqlite3.OperationalError as error:
                raise UnavailableError(
                    f"the edge buffer cannot be used: {error}",
                    code="buffer_unavailable",
                    hint="is the disk of PLANTMESH_TELEMETRY_FOLDER full or gone?",
                ) from error

        async with self._lock:
            return await asyncio.to_thread(transact)

    def _keep(
        self,
        tails: dict[str, tuple[int, Look]],
        looks: Sequence[Look],
        states: Sequence[StateChange],
    ) -> None:
        for look in looks:
            n, before = tails.get(look.equipment, (0, None))
            if before is not None and covers(look, before):
                self._database.execute("DELETE FROM report WHERE n = ?", (n,))
            body = _looks.dump_json(look).decode()
            tails[look.equipment] = self._insert(_LOOK, look, look.read_at.moment, body), look
        for state in states:
            self._insert(_STATE, state, state.since.moment, _states.dump_json(state).decode())
        (waiting,) = self._database.execute("SELECT count(*) FROM report").fetchone()
        if waiting > self._limit:
            self._drop(waiting - self._limit + self._limit // 10)

    def _insert(self, kind: str, report: Look | StateChange, at: datetime, body: str) -> int:
        self._database.execute(
            "INSERT OR REPLACE INTO newest VALUES (?, ?, ?)", (report.equipment, kind, body)
        )
        added = self._database.execute(
            "INSERT INTO report (equipment, kind, at, body) VALUES (?, ?, ?, ?)",
            (report.equipment, kind, _text(at), body),
        )
        return added.lastrowid or 0

    def _drop(self, count: int) -> None:
        """The oldest `count`, save each machine's last; what follows them is marked as a gap."""
        gone = self._database.execute(
            "DELETE FROM report WHERE n IN (SELECT n FROM report WHERE n NOT IN"
            " (SELECT max(n) FROM report GROUP BY equipment, kind) ORDER BY n LIMIT ?)"
            " RETURNING kind, body",
            (count,),
        ).fetchall()
        _dropped.add(len(gone), {})
        since: dict[str, datetime] = {}
        for look in (_looks.validate_json(body) for kind, body in gone if kind == _LOOK):
            began = look.gap_since or look.read_at.moment
            since[look.equipment] = min(began, since.get(look.equipment, began))
        for equipment, began in since.items():
            self._mark_gap(equipment, began)

    def _mark_gap(self, equipment: str, since: datetime) -> None:
        n, body = self._database.execute(
            "SELECT min(n), body FROM report WHERE equipment = ? AND kind = 'look'", (equipment,)
        ).fetchone()
        look = _looks.validate_json(body)
        quality = max(look.quality, Quality.UNCERTAIN)
        marked = replace(look, quality=quality, gap_since=min(look.gap_since or since, since))
        self._database.execute(
            "UPDATE report SET body = ? WHERE n = ?", (_looks.dump_json(marked).decode(), n)
        )


def _text(moment: datetime) -> str:
    """Sorts as the times do: all are UTC."""
    return moment.isoformat(timespec="microseconds")
