"""Raw orders that were mapped, and reviewed diffs, in SQL."""

from collections.abc import Mapping, Sequence

import msgspec

from services.erp.domain.mapping_diff import (
    Diff,
    DocumentChange,
    DraftName,
    FieldChange,
    Outcome,
    Review,
    Scope,
    State,
)
from services.erp.ports.mapping import MappedOrder
from services.erp.store.master import codes_version
from services.kit.audit import made, saved
from services.kit.errors import NotFoundError
from services.kit.paging import Page
from services.kit.raw_input import remapped
from services.kit.store import Row, current_work

_AT_ONCE = 500
_REVIEW = """
SELECT d.id, d.digest, d.system, d.since, d.with_drafts, d.drafts, d.compared,
  (SELECT count(*) FROM mapping_change c WHERE c.diff = d.id AND c.refusal = ''),
  (SELECT count(*) FROM mapping_change c WHERE c.diff = d.id AND c.refusal <> ''),
  d.state, d.reviewed_by, d.reviewed_at, d.applied_by, d.applied_at, d.ended_at
FROM mapping_diff d WHERE d.digest = %s ORDER BY d.id DESC LIMIT 1"""


class SqlReplays:
    """In the ambient unit of work."""

    async def mapped(self, scope: Scope, kind: str, after: str) -> Sequence[MappedOrder]:
        """The newest of each order of a kind that came since, behind `after`."""
        # What changed since then cannot have come before; a day is for clocks that differ.
        rows = await current_work().sql(
            "SELECT DISTINCT ON (external_id) id, external_id, content FROM raw_input"
            " WHERE system = %s AND kind = %s AND state = 'mapped' AND external_id > %s"
            " AND received_at >= %s::timestamptz - interval '1 day'"
            " ORDER BY external_id, id DESC LIMIT %s",
            (scope.system, kind, after, scope.since, _AT_ONCE),
        )
        return [MappedOrder(id, kind, external, bytes(raw)) for id, external, raw in rows]

    async def keep(self, diff: Diff, who: str) -> None:
        """For review; one that waits for its application already is kept once."""
        work = current_work()
        await work.sql(
            "DELETE FROM mapping_diff WHERE digest = %s AND state = 'reviewed'", (diff.digest,)
        )
        [(id,)] = await work.sql(
            "INSERT INTO mapping_diff"
            " (digest, system, since, with_drafts, drafts, compared, reviewed_by)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
            (
                diff.digest,
                diff.scope.system,
                diff.scope.since,
                diff.scope.with_drafts,
                _json(diff.drafts),
                diff.compared,
                who,
            ),
        )
        told = {"system": diff.scope.system, "since": diff.scope.since, "digest": diff.digest}
        made("mapping_diff", str(id), {**told, "compared": diff.compared, "reviewed_by": who})
        await work.sql(
            "INSERT INTO mapping_change"
            " (diff, position, raw_input, document, fields, refusal, outcome)"
            " SELECT %s, n, r, d, f, w, CASE w WHEN '' THEN 'open' ELSE 'refused' END"
            " FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::text[])"
            " WITH ORDINALITY AS t (r, d, f, w, n)",
            (
                id,
                [one.raw_input for one in diff.changes],
                [one.document for one in diff.changes],
                [_json(one.fields) for one in diff.changes],
                [one.refusal for one in diff.changes],
            ),
        )

    async def lock(self, digest: str) -> Review:
        """The newest of this digest; nobody else applies it meanwhile."""
        rows = await current_work().sql(f"{_REVIEW} FOR UPDATE OF d", (digest,))
        if not rows:
            raise NotFoundError(
                f"nobody reviewed a diff {digest[:40]}",
                code="unknown_diff",
                field="digest",
                hint="ask for the diff first",
            )
        return _read_review(rows[0])

    async def start(self, id: int, who: str) -> None:
        """It is being applied from now on."""
        saved("mapping_diff", str(id), {"state": "applying", "applied_by": who})
        await current_work().sql(
            "UPDATE mapping_diff SET state = 'applying', applied_by = %s,"
            " applied_at = clock_timestamp() WHERE id = %s",
            (who, id),
        )

    async def open(self, id: int, limit: int) -> Sequence[tuple[DocumentChange, MappedOrder]]:
        """Documents still to be done, and each as it came, in the order of the diff."""
        rows = await current_work().sql(
            "SELECT c.raw_input, c.document, c.fields, c.refusal, r.kind, r.external_id, r.content"
            " FROM mapping_change c"
            " JOIN raw_input r ON r.id = c.raw_input WHERE c.diff = %s AND c.outcome = 'open'"
            " ORDER BY c.position LIMIT %s",
            (id, limit),
        )
        return [
            (_read_change(tuple(row)), MappedOrder(row[0], kind, external, bytes(content)))
            for *row, kind, external, content in rows
        ]

    async def note(self, id: int, outcomes: Mapping[int, Outcome]) -> None:
        """What became of them; with the last one the diff is applied."""
        work = current_work()
        await work.sql(
            "UPDATE mapping_change c SET outcome = t.outcome"
            " FROM unnest(%s::bigint[], %s::text[]) AS t (raw_input, outcome)"
            " WHERE c.diff = %s AND c.raw_input = t.raw_input",
            (list(outcomes), list(outcomes.values()), id),
        )
        applied = [raw for raw, outcome in outcomes.items() if outcome is Outcome.APPLIED]
        await remapped(work, applied, str(await codes_version()))
        await work.sql(
            "UPDATE mapping_diff d SET state = 'applied', ended_at = clock_timestamp()"
            " WHERE d.id = %s AND d.state = 'applying' AND NOT EXISTS"
            " (SELECT 1 FROM mapping_change c WHERE c.diff = d.id AND c.outcome = 'open')",
            (id,),
        )

    async def left(self, id: int) -> int:
        """How many are still to be done."""
        [(left,)] = await current_work().sql(
            "SELECT count(*) FROM mapping_change WHERE diff = %s AND outcome = 'open'", (id,)
        )
        return int(left)

    async def changes(self, id: int, page: Page) -> Sequence[tuple[int, DocumentChange, Outcome]]:
        """The next of the diff, each with its place."""
        rows = await current_work().sql(
            "SELECT position, raw_input, document, fields, refusal, outcome FROM mapping_change"
            " WHERE diff = %s AND position > %s ORDER BY position LIMIT %s",
            (id, page.after[0] if page.after else 0, page.limit),
        )
        return [
            (position, _read_change(tuple(row)), Outcome(outcome))
            for position, *row, outcome in rows
        ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _read_change(row: Row) -> DocumentChange:
    raw_input, document, fields, refusal = row
    found = msgspec.convert(fields, tuple[FieldChange, ...])
    return DocumentChange(raw_input, document, found, refusal)


def _read_review(row: Row) -> Review:
    id, digest, system, since, with_drafts, drafts, compared, changed, refused, state, *who = row
    return Review(
        id,
        digest,
        Scope(system, since, with_drafts),
        msgspec.convert(drafts, tuple[DraftName, ...]),
        compared,
        changed,
        refused,
        State(state),
        *who,
    )
