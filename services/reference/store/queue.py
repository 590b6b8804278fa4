"""The stewardship queue in SQL."""

from collections.abc import Collection
from datetime import datetime

from services.kit.paging import Page
from services.kit.store import current_work
from services.reference.domain.code import CodeDomain, CodeMapping, Direction, Question, Unmapped
from services.reference.domain.names import Key

_ARRAYS = "%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]"
_QUESTION = "direction, domain, system, plant, code"


class SqlQueue:
    """Questions over PostgreSQL."""

    async def meet(self, questions: Collection[Question], at: datetime) -> list[Unmapped]:
        """Count that they were asked; those that are new here."""
        # In the order of the key: two who ask the same never wait for each other.
        ordered = {one.key: one for one in sorted(questions, key=lambda one: one.key)}
        rows = await current_work().sql(
            f"INSERT INTO unmapped_code AS u ({_QUESTION}, first_seen)"
            f" SELECT t.*, %s FROM unnest({_ARRAYS}) AS t"
            f" ON CONFLICT ({_QUESTION}) DO UPDATE SET seen = u.seen + 1"
            f" RETURNING {_QUESTION}, first_seen, seen, xmax = 0",
            (at, *_columns(ordered)),
        )
        return [_read(row[:7]) for row in rows if row[7]]

    async def settle(self, mappings: Collection[CodeMapping]) -> None:
        """Take out what they answer."""
        answered = [key for mapping in mappings for key in mapping.answers]
        await current_work().sql(
            f"DELETE FROM unmapped_code u USING unnest({_ARRAYS})"
            " AS m (direction, domain, system, plant, code)"
            " WHERE (u.direction, u.domain, u.system, u.code)"
            "  = (m.direction, m.domain, m.system, m.code) AND m.plant IN ('', u.plant)",
            _columns(answered),
        )

    async def page(self, plants: Collection[str] | None, page: Page) -> list[tuple[int, Unmapped]]:
        """Of these plants and of no plant, oldest first."""
        visible = None if plants is None else ["", *plants]
        rows = await current_work().sql(
            f"SELECT id, {_QUESTION}, first_seen, seen FROM unmapped_code"
            " WHERE id > %s AND (%s::text[] IS NULL OR plant = ANY(%s)) ORDER BY id LIMIT %s",
            (page.after[0] if page.after else 0, visible, visible, page.limit),
        )
        return [(id, _read(row)) for id, *row in rows]


def _columns(keys: Collection[Key]) -> list[list[str]]:
    return [[str(key[place]) for key in keys] for place in range(5)]


def _read(row: Collection[object]) -> Unmapped:
    direction, domain, system, plant, code, first_seen, seen = row
    question = Question(
        CodeDomain(str(domain)), str(system), str(plant), str(code), Direction(str(direction))
    )
    if not isinstance(first_seen, datetime) or not isinstance(seen, int):
        raise TypeError("a row of unmapped_code has its time and its count")
    return Unmapped(question, first_seen, seen)
