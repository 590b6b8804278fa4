"""Effects in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.kit.quantity import Quantity
from services.kit.signals import carrier
from services.kit.store import current_work
from services.process.domain.effects import At, Effect, Kind, Movement, Planned, Posting
from services.process.domain.refusal import Refusal, Until
from services.process.ports import PostedPart
from services.process.store import content
from services.process.store.flows import again_at


class SqlEffects:
    """ports.Effects."""

    async def plan(self, effects: Sequence[Effect], actor: str) -> None:
        """In their order; a reference that is planned stays as it is."""
        if not effects:
            return
        quantities = [_quantity(one) for one in effects]
        await current_work().sql(
            "INSERT INTO effect (at, reference, flow, track, kind, content, lot, quantity, unit,"
            " actor, traceparent)"
            " SELECT a, r, f, t, k, c::jsonb, l, q, u, %s, %s FROM unnest(%s::text[],"
            " %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::numeric[], %s::text[])"
            " WITH ORDINALITY AS e(a, r, f, t, k, c, l, q, u, n) ORDER BY n ON CONFLICT DO NOTHING",
            (
                actor,
                carrier(),
                [one.at.value for one in effects],
                [one.reference for one in effects],
                [one.order.flow for one in effects],
                [one.track for one in effects],
                [type(one).__name__ for one in effects],
                [content.write(one) for one in effects],
                [_lot(one) for one in effects],
                [one and one.value for one in quantities],
                [one and one.unit for one in quantities],
            ),
        )

    async def open(self, flow: str, at: At, limit: int) -> Sequence[Planned]:
        """By place; a refused one hides those behind it."""
        rows = await current_work().sql(
            "SELECT kind, content::text, actor FROM effect e"
            " WHERE flow = %s AND at = %s AND state = 'open' AND NOT EXISTS (SELECT 1 FROM effect b"
            "  WHERE b.flow = e.flow AND b.at = e.at AND b.track = e.track AND b.state = 'refused'"
            "  AND b.place < e.place) ORDER BY place LIMIT %s",
            (flow, at.value, limit),
        )
        return [Planned(content.read_effect(kind, text), actor) for kind, text, actor in rows]

    async def settle(self, effects: Collection[Effect], at: datetime) -> None:
        """Whatever it was before: the peer has it."""
        await current_work().sql(
            "UPDATE effect SET state = 'done', settled_at = %s, again_at = NULL"
            " FROM unnest(%s::text[], %s::text[]) AS done(a, r)"
            " WHERE at = a AND reference = r AND state <> 'done'",
            (at, [one.at.value for one in effects], sorted(one.reference for one in effects)),
        )

    async def refuse(self, effect: Effect, refusal: Refusal, now: datetime) -> bool:
        """For a release only under the hold's row, which a lifting takes before it looks here."""
        work = current_work()
        if refusal.until is Until.RELEASE and not await work.sql(
            "SELECT 1 FROM hold_lot WHERE plant || '/' || item_no || '/' || lot_no = %s"
            " AND active FOR SHARE",
            (_lot(effect),),
        ):
            return False
        await work.sql(
            "UPDATE effect SET state = 'refused', until = %s, code = %s, field = %s, reason = %s,"
            " refused_at = coalesce(refused_at, %s), again_at = %s"
            " WHERE at = %s AND reference = %s AND state = 'open'",
            (
                refusal.until.value,
                refusal.code,
                refusal.field,
                refusal.reason,
                now,
                again_at(refusal, now),
                effect.at.value,
                effect.reference,
            ),
        )
        return True

    async def flows_of(self, references: Collection[str]) -> Sequence[str]:
        """By the primary key."""
        rows = await current_work().sql(
            "SELECT DISTINCT flow FROM effect WHERE at = 'erp' AND reference = ANY(%s)"
            " ORDER BY flow",
            (list(references),),
        )
        return [flow for (flow,) in rows]

    async def posted(self, reference: str, document: str, at: datetime) -> PostedPart | None:
        """Once: a posting that is posted stays so."""
        rows = await current_work().sql(
            "UPDATE effect SET posting = 'posted', document = %s, posting_reason = '', told_at = %s"
            " WHERE at = 'erp' AND reference = %s AND posting <> 'posted'"
            " RETURNING kind, content::text",
            (document, at, reference),
        )
        for kind, text in rows:
            posting = content.read_effect(kind, text)
            if isinstance(posting, Posting) and posting.kind is Kind.YIELD:
                return PostedPart(posting, document)
        return None

    async def failed(self, reference: str, state: str, reason: str, at: datetime) -> None:
        """Unless it is posted."""
        await current_work().sql(
            "UPDATE effect SET posting = %s, posting_reason = %s, told_at = %s"
            " WHERE at = 'erp' AND reference = %s AND posting <> 'posted'",
            (state, reason, at, reference),
        )


def _lot(effect: Effect) -> str:
    """The lot whose release a movement waits for, or whose hold keeps a yield aside."""
    if isinstance(effect, Movement):
        return str(effect.lot) if effect.lot.lot_no else ""
    if isinstance(effect, Posting) and effect.kind is Kind.YIELD and effect.lines[0].lot_no:
        return f"{effect.order.plant}/{effect.lines[0].item_no}/{effect.lines[0].lot_no}"
    return ""


def _quantity(effect: Effect) -> Quantity | None:
    if isinstance(effect, Movement):
        return effect.quantity
    lines = effect.lines if isinstance(effect, Posting) else ()
    return lines[0].quantity if len(lines) == 1 else None
