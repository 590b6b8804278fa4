"""The stewardship queue in SQL: questions, and the documents behind each."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from services.kit.paging import Page
from services.kit.store import Row, current_work
from services.reference.domain.code import (
    CodeDomain,
    Direction,
    Document,
    Question,
    Unmapped,
    Waiting,
)
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.names import Key

_ARRAYS = "%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]"
_QUESTION = "direction, domain, system, plant, code"
_DOCUMENT = f"{_QUESTION}, kind, key, since, at"
_SHOWN = 5
"""Documents beside each entry of a page."""


class SqlQueue:
    """Questions and documents over PostgreSQL."""

    async def meet(self, met: Mapping[Question, int], at: datetime) -> list[Unmapped]:
        """Count by how many they were asked; those that are new here."""
        # In the order of the key: two who ask the same never wait for each other.
        ordered = sorted(met, key=lambda one: one.key)
        rows = await current_work().sql(
            f"INSERT INTO unmapped_code AS u ({_QUESTION}, seen, first_seen)"
            f" SELECT t.*, %s FROM unnest({_ARRAYS}, %s::bigint[]) AS t"
            f" ON CONFLICT ({_QUESTION}) DO UPDATE SET seen = u.seen + excluded.seen"
            f" RETURNING {_QUESTION}, first_seen, seen, xmax = 0",
            (at, *_columns([one.key for one in ordered]), [met[one] for one in ordered]),
        )
        return [_unmapped(row[:7]) for row in rows if row[7]]

    async def keep(
        self, reporter: str, documents: Sequence[Document], round: str
    ) -> dict[Question, int]:
        """Remember that they wait; how many are new behind each question."""
        ordered = sorted(documents, key=lambda one: (one.question.key, one.kind, one.key))
        rows = await current_work().sql(
            f"INSERT INTO waiting_document AS w (reporter, round, {_DOCUMENT})"
            f" SELECT DISTINCT ON ({_QUESTION}, kind, key) %s, %s, t.* FROM unnest({_ARRAYS},"
            "  %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])"
            f"  AS t ({_DOCUMENT})"
            f" ON CONFLICT (reporter, {_QUESTION}, kind, key)"
            " DO UPDATE SET round = excluded.round, since = excluded.since, at = excluded.at"
            f" RETURNING {_QUESTION}, xmax = 0",
            (
                reporter,
                round,
                *_columns([one.question.key for one in ordered]),
                [one.kind for one in ordered],
                [one.key for one in ordered],
                [one.since for one in ordered],
                [one.at for one in ordered],
            ),
        )
        new: dict[Question, int] = {}
        for *question, is_new in rows:
            asked = _question(question)
            new[asked] = new.get(asked, 0) + int(is_new)
        return new

    async def forget(self, reporter: str, system: str, round: str) -> None:
        """Drop what this round did not tell of, and questions behind which nothing is left."""
        await _drop(
            "SELECT ctid FROM waiting_document WHERE reporter = %s AND system = %s AND round <> %s",
            (reporter, system, round),
        )

    async def settle(self, mappings: Collection[CodeMapping]) -> None:
        """Take out what they answer; what is asked for another time goes on waiting."""
        answered = [(key, one) for one in mappings for key in one.answers]
        answers = f"unnest({_ARRAYS}, %s::timestamptz[], %s::timestamptz[])"
        named = f" AS m ({_QUESTION}, valid_from, valid_to)"
        same = (
            "(w.direction, w.domain, w.system, w.code) = (m.direction, m.domain, m.system, m.code)"
            " AND m.plant IN ('', w.plant)"
        )
        params = (
            *_columns([key for key, _ in answered]),
            [one.valid_from for _, one in answered],
            [one.valid_to for _, one in answered],
        )
        await _drop(
            f"SELECT w.ctid FROM waiting_document w JOIN {answers}{named} ON {same}"
            " AND m.valid_from <= w.at AND (m.valid_to IS NULL OR w.at < m.valid_to)",
            params,
        )
        # What only callers asked for was asked for now.
        await current_work().sql(
            f"DELETE FROM unmapped_code w USING {answers}{named} WHERE {same}"
            " AND (m.valid_to IS NULL OR m.valid_to > clock_timestamp())"
            " AND NOT EXISTS (SELECT 1 FROM waiting_document d"
            f"  WHERE ({_all('d')}) = ({_all('w')}))",
            params,
        )

    async def page(self, plants: Collection[str] | None, page: Page) -> list[tuple[int, Waiting]]:
        """Of these plants and of no plant, oldest first."""
        visible = None if plants is None else ["", *plants]
        rows = await current_work().sql(
            f"SELECT id, {_all('u')}, first_seen, seen, d.n FROM unmapped_code u,"
            " LATERAL (SELECT count(*) AS n FROM waiting_document d"
            f"  WHERE ({_all('d')}) = ({_all('u')})) d"
            " WHERE id > %s AND (%s::text[] IS NULL OR plant = ANY(%s)) ORDER BY id LIMIT %s",
            (page.after[0] if page.after else 0, visible, visible, page.limit),
        )
        entries = [(id, _unmapped(row), n) for id, *row, n in rows]
        first = await _first([one.question.key for _, one, _ in entries])
        return [(id, Waiting(one, n, tuple(first.get(one.question, ())))) for id, one, n in entries]

    async def documents(self, question: Question, page: Page) -> list[tuple[int, Document]]:
        """What waits behind a question, in the order it was told of."""
        rows = await current_work().sql(
            f"SELECT id, {_DOCUMENT} FROM waiting_document"
            f" WHERE ({_QUESTION}) = (%s, %s, %s, %s, %s) AND id > %s ORDER BY id LIMIT %s",
            (*question.key, page.after[0] if page.after else 0, page.limit),
        )
        return [(id, _document(row)) for id, *row in rows]


async def _drop(chosen: LiteralString, params: Sequence[object]) -> None:
    """Documents, and the questions that had no others."""
    await current_work().sql(
        f"WITH gone AS (DELETE FROM waiting_document WHERE ctid = ANY(ARRAY({chosen})) RETURNING *)"
        " DELETE FROM unmapped_code u WHERE"
        f" EXISTS (SELECT 1 FROM gone WHERE ({_all('gone')}) = ({_all('u')}))"
        " AND NOT EXISTS (SELECT 1 FROM waiting_document d"
        f"  WHERE ({_all('d')}) = ({_all('u')}) AND d.id NOT IN (SELECT id FROM gone))",
        params,
    )


async def _first(keys: Sequence[Key]) -> dict[Question, list[Document]]:
    """The oldest behind each."""
    rows = await current_work().sql(
        f"SELECT {_all('d')}, d.kind, d.key, d.since, d.at FROM unnest({_ARRAYS})"
        f" AS u ({_QUESTION}), LATERAL (SELECT * FROM waiting_document d"
        f"  WHERE ({_all('d')}) = ({_all('u')}) ORDER BY d.since, d.id LIMIT %s) d",
        (*_columns(keys), _SHOWN),
    )
    found: dict[Question, list[Document]] = {}
    for document in map(_document, rows):
        found.setdefault(document.question, []).append(document)
    return found


def _all(table: LiteralString) -> LiteralString:
    """The columns of a question in that table."""
    return ", ".join(
        f"{table}.{name}" for name in ("direction", "domain", "system", "plant", "code")
    )


def _columns(keys: Collection[Key]) -> list[list[str]]:
    return [[str(key[place]) for key in keys] for place in range(5)]


def _question(row: Sequence[str]) -> Question:
    direction, domain, system, plant, code = row
    return Question(CodeDomain(domain), system, plant, code, Direction(direction))


def _unmapped(row: Row | Sequence[object]) -> Unmapped:
    *question, first_seen, seen = row
    if not isinstance(first_seen, datetime) or not isinstance(seen, int):
        raise TypeError("a row of unmapped_code has its time and its count")
    return Unmapped(_question([str(one) for one in question]), first_seen, seen)


def _document(row: Row | Sequence[object]) -> Document:
    *question, kind, key, since, at = row
    if not isinstance(since, datetime) or not isinstance(at, datetime):
        raise TypeError("a row of waiting_document has its times")
    return Document(_question([str(one) for one in question]), str(kind), str(key), since, at)
