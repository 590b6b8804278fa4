"""Versions of mappings, and what waits for them, in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.kit.paging import Page
from services.reference.domain.code import Document, Question, Unmapped, Waiting
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.code_state import Status
from services.reference.domain.names import Key
from services.reference.ports import Chosen
from tests.unit.reference.examples import NOON


@dataclass
class MemoryMappings:
    """Versions by code and number."""

    rows: dict[tuple[str | int, ...], CodeMapping] = field(default_factory=dict)

    async def get(self, codes: Collection[Key]) -> list[CodeMapping]:
        """All of them."""
        return [one for _, one in sorted(self.rows.items()) if one.key in codes]

    async def answering(self, codes: Collection[Key]) -> list[CodeMapping]:
        """By either code."""
        return [
            one
            for one in self.rows.values()
            if {one.key, (*one.key[:3], one.canonical)} & set(codes)
            and one.status is not Status.DRAFT
        ]

    async def after(
        self, place: tuple[str | int, ...] | None, limit: int, chosen: Chosen
    ) -> list[CodeMapping]:
        """The next."""
        rows = [one for key, one in sorted(self.rows.items()) if key > (place or ())]
        return [
            one for one in rows
            if (chosen.plants is None or one.plant in {"", *chosen.plants})
            and chosen.system in ("", one.system)
            and chosen.status in (None, one.status)
        ][:limit]  # fmt: skip

    async def put(self, versions: Sequence[CodeMapping]) -> None:
        """Store them."""
        self.rows |= {one.place: one for one in versions}


@dataclass
class MemoryQueue:
    """Questions in the order they were first asked, and documents behind them."""

    rows: dict[Key, tuple[int, Unmapped]] = field(default_factory=dict)
    waiting: dict[tuple[str, Key, str, str], tuple[int, str, Document]] = field(
        default_factory=dict
    )
    told: int = 0

    async def meet(self, met: Mapping[Question, int], at: datetime) -> list[Unmapped]:
        """Count; those that are new."""
        new = []
        for one, count in met.items():
            if known := self.rows.get(one.key):
                self.rows[one.key] = known[0], replace(known[1], seen=known[1].seen + count)
            else:
                self.told += 1
                new.append(Unmapped(one, at, count))
                self.rows[one.key] = self.told, new[-1]
        return new

    async def keep(
        self, reporter: str, documents: Sequence[Document], round: str
    ) -> dict[Question, int]:
        """Remember; how many are new."""
        new: dict[Question, int] = {}
        for one in documents:
            name = (reporter, one.question.key, one.kind, one.key)
            place = self.waiting[name][0] if name in self.waiting else len(self.waiting) + 1
            new[one.question] = new.get(one.question, 0) + int(name not in self.waiting)
            self.waiting[name] = place, round, one
        return new

    async def forget(self, reporter: str, system: str, round: str) -> None:
        """Drop the others."""
        self._drop(
            name
            for name, (_, named, one) in self.waiting.items()
            if name[0] == reporter and one.question.system == system and named != round
        )

    async def settle(self, mappings: Collection[CodeMapping]) -> None:
        """Take out what is answered."""

        def answered(question: Question, holds: Callable[[CodeMapping], bool]) -> bool:
            return any(
                {question.key, question.general} & set(one.answers)
                for one in mappings
                if holds(one)
            )

        self._drop(
            name
            for name, (_, _, one) in self.waiting.items()
            if answered(one.question, lambda mapping, at=one.at: mapping.holds(at))  # type: ignore[misc]
        )
        for key, (_, unmapped) in list(self.rows.items()):
            left = any(name[1] == key for name in self.waiting)
            if not left and answered(
                unmapped.question, lambda one: one.valid_to is None or one.valid_to > NOON
            ):
                del self.rows[key]

    async def page(self, plants: Collection[str] | None, page: Page) -> list[tuple[int, Waiting]]:
        """Oldest first."""
        after = page.after[0] if page.after else 0
        rows = sorted(row for row in self.rows.values() if row[0] > int(after))
        found = []
        for place, one in rows:
            behind = [each for _, each in await self.documents(one.question, page)]
            if plants is None or one.question.plant in {"", *plants}:
                found.append((place, Waiting(one, len(behind), tuple(behind[:5]))))
        return found[: page.limit]

    async def documents(self, question: Question, page: Page) -> list[tuple[int, Document]]:
        """In the order they were told of."""
        return sorted(
            ((place, one) for place, _, one in self.waiting.values() if one.question == question),
            key=lambda row: row[0],
        )

    def _drop(self, names: Iterable[tuple[str, Key, str, str]]) -> None:
        gone = list(names)
        for name in gone:
            del self.waiting[name]
        left = {name[1] for name in self.waiting}
        for key in {name[1] for name in gone} - left:
            self.rows.pop(key, None)
