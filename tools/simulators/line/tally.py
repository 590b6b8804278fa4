"""The line's own count: written down, on disk, and only then shown."""

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from tools.simulators.journal import Journal
from tools.simulators.line.papers import Made, Paper, Shown, Told, made, read_counts

Show = Callable[[Shown], Awaitable[None]]
_MOMENT = dt.timedelta(microseconds=1)


class Tally:
    """Goes on where its file ends."""

    def __init__(self, file: Path) -> None:
        self._papers: list[Paper] = list(read_counts(file))
        self._file = Journal(file)
        if not self._papers:
            self._add(Shown(at=_now()))

    @property
    def shown(self) -> list[Shown]:
        """All that was ever shown, oldest first; it began standing still."""
        return [one for one in self._papers if isinstance(one, Shown)]

    @property
    def told(self) -> set[str]:
        """Orders whose end the platform took."""
        return {one.order for one in self._papers if isinstance(one, Told)}

    def made(self, **of: str) -> list[Made]:
        """What was counted of a job or of an order."""
        wanted = of.items()
        return [one for one in made(self._papers) if wanted <= one._asdict().items()]

    async def change(self, show: Show, **changes: Any) -> Shown:
        """From now on this is shown; no two changes have the same time."""
        last = self.shown[-1]
        now = max(_now(), last.at + _MOMENT)
        shown = msgspec.structs.replace(last, at=now, **changes)
        await self.keep(shown)
        await show(shown)
        return shown

    async def keep(self, paper: Paper) -> None:
        """Return when it is on disk."""
        self._add(paper)
        await self._file.keep()

    def _add(self, paper: Paper) -> None:
        self._papers.append(paper)
        self._file.write(paper)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
