"""A file is rehearsed as a whole, then stored batch by batch; a death in between is repeated away.

Each batch is a transaction of its own, so that writers of the plant wait for some hundred rows at
most. What a rehearsal refuses keeps the whole file out. What is refused later, because somebody was
faster, is left out alone and said.
"""

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Generic, TypeAlias, TypeVar

from services.kit.checkpoint import reach
from services.kit.errors import DomainError, UnavailableError
from services.kit.loading.sheet import Given, Sheet
from services.kit.loading.verdict import Outcome, Report, Verdict
from services.kit.store import RETRIED, Store

AT_ONCE = 200
MOST_REFUSED = 200
"""After so many a rehearsal ends: who sent the file has enough to do."""
_TRIES = 5
_PAUSE = 0.05
T = TypeVar("T")
Apply: TypeAlias = Callable[[Sequence[T]], Awaitable[Sequence[Verdict]]]
"""In the ambient unit of work, all or none: a verdict each; a refusal is located `rows[i]`."""
Learn: TypeAlias = Callable[[Sequence[T]], Awaitable[None]]
"""Makes known what rows name, before the unit of work; a refusal is located `rows[i]`."""


async def _nothing(_: Sequence[object]) -> None:
    """These rows name nothing of others."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a service loads: how it stands in a file, what a row does, how it compares.

    `page` gives the next records of a plant after one (None: the first), as an export writes them.
    """

    sheet: Sheet[T]
    apply: Apply[T]
    compare: Apply[T]
    page: Callable[[str, T | None], Awaitable[Sequence[T]]]
    learn: Learn[T] = _nothing


class _UndoneError(Exception):
    """Ends a unit of work that shall leave nothing."""


async def load(store: Store, kind: Kind[T], file: IO[bytes]) -> Report:
    """Store it, or nothing of it when the rehearsal refuses a row."""
    rehearsed = await rehearse(store, kind, file)
    if rehearsed.count(Outcome.REFUSED):
        return rehearsed
    file.seek(0)
    return await _Run(store, kind, kind.apply, stored=True).all_of(file)


async def rehearse(store: Store, kind: Kind[T], file: IO[bytes]) -> Report:
    """What would become of each row; every batch is undone."""
    return await _Run(store, kind, kind.apply).all_of(file)


async def take_stock(store: Store, kind: Kind[T], file: IO[bytes]) -> Report:
    """Recount: each row beside what is here."""
    return await _Run(store, kind, kind.compare).all_of(file)


@dataclass
class _Run(Generic[T]):
    """One time through a file."""

    store: Store
    kind: Kind[T]
    apply: Apply[T]
    stored: bool = False
    report: Report = field(default_factory=Report)

    async def all_of(self, file: IO[bytes]) -> Report:
        """Batch by batch; a rehearsal ends early where too much is refused."""
        with _text(file) as text:
            rows = self.kind.sheet.rows(text, self.report)
            while not self._is_hopeless() and (batch := list(islice(rows, AT_ONCE))):
                await self._take(batch)
                if self.stored:
                    reach("load.batch_stored")
        self.report.stored = self.stored
        return self.report

    async def _take(self, batch: list[Given[T]]) -> None:
        """All of it but what is refused, row by row."""
        while batch and not self._is_hopeless():
            try:
                verdicts = await self._patiently([one.record for one in batch])
            except DomainError as error:
                place = _place(error)
                if place is None:
                    raise
                refused = batch.pop(place)
                self.report.refuse(refused.row, refused.key, error)
            else:
                for given, verdict in zip(batch, verdicts, strict=True):
                    self.report.say(given.row, given.key, verdict)
                return

    async def _patiently(self, records: Sequence[T]) -> Sequence[Verdict]:
        """A transaction; again where a writer of the plant was in the way."""
        await self.kind.learn(records)
        for attempt in range(_TRIES):
            try:
                return await self._in_one(records)
            except RETRIED:
                await asyncio.sleep(_PAUSE * 2**attempt)
        raise UnavailableError("writers were in the way", code="busy", hint="load the file again")

    async def _in_one(self, records: Sequence[T]) -> Sequence[Verdict]:
        verdicts: Sequence[Verdict] = ()
        try:
            async with self.store.work() as work:
                verdicts = await self.apply(records)
                if not self.stored:
                    # What is told at the commit may be refused as well.
                    await work.flush()
                    raise _UndoneError
                reach("load.batch_applied")
        except _UndoneError:
            pass
        return verdicts

    def _is_hopeless(self) -> bool:
        return not self.stored and self.report.count(Outcome.REFUSED) > MOST_REFUSED


def _place(error: DomainError) -> int | None:
    """Which row it is about; what is left of its field is a column's."""
    name, bracket, behind = error.field.partition("[")
    number, _, column = behind.partition("]")
    if not bracket or name != "rows":
        return None
    error.field = column.removeprefix(".")
    return int(number)


@contextmanager
def _text(file: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    """The file stays open behind it."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        yield text
    finally:
        text.detach()
