"""Use case: a reviewed diff is applied, a batch of documents at a time."""

from collections import Counter
from dataclasses import dataclass, replace

from services.erp.application.diff_mapping import Read, diff_mapping
from services.erp.application.take_order import map_order, take_order
from services.erp.domain.document import OrderDocument
from services.erp.domain.keys import OrderKey
from services.erp.domain.mapping_diff import (
    DocumentChange,
    Outcome,
    Review,
    State,
    differences,
)
from services.erp.ports import Books, Replays
from services.kit.checkpoint import reach
from services.kit.errors import ConflictError, NotFoundError

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """What a batch did, and how many documents are left."""

    review: Review
    applied: int
    overtaken: int
    left: int


async def apply_mapping(
    books: Books, replays: Replays, read: Read, digest: str, who: str
) -> Progress:
    """The next documents of the diff, changed as reviewed and through the use case that took them.

    All of the batch or none; whoever calls again goes on behind it. Raises NotFoundError,
    ConflictError while drafts it was made with do not hold, and when mapping again no longer yields
    what was reviewed.
    """
    review = await replays.lock(digest)
    if review is None:
        raise NotFoundError(
            f"nobody reviewed a diff {digest[:40]}",
            code="unknown_diff",
            field="digest",
            hint="ask for the diff first",
        )
    if review.state is State.REVIEWED:
        await _refuse_drafts(books, review)
        await _refuse_changed(books, replays, read, review)
        await replays.start(review.id, who)
    outcomes: dict[int, Outcome] = {}
    for change, content in await replays.open(review.id, AT_ONCE):
        reach("mapping.document")
        outcomes[change.raw_input] = await _apply(books, review, change, read(content))
    await replays.note(review.id, outcomes)
    reach("mapping.batch")
    counts = Counter(outcomes.values())
    now = await replays.lock(digest) or review
    left = await replays.left(review.id)
    return Progress(now, counts[Outcome.APPLIED], counts[Outcome.OVERTAKEN], left)


async def _apply(
    books: Books, review: Review, change: DocumentChange, said: OrderDocument
) -> Outcome:
    system = review.scope.system
    stored = await books.orders.lock(OrderKey(said.plant, said.order_no))
    if stored is None or stored.as_of > said.as_of:
        return Outcome.OVERTAKEN
    codes = await books.codes.table(system, said.plant, said.as_of)
    fields = differences(stored, map_order(system, said, codes))
    if fields and fields != change.fields:
        raise _changed(change.document)
    if not fields:
        return Outcome.OVERTAKEN
    await take_order(books, system, said)
    return Outcome.APPLIED


async def _refuse_drafts(books: Books, review: Review) -> None:
    plants = {name.plant for name in review.drafts}
    open_: list[str] = []
    for plant in sorted(plants):
        codes = await books.codes.all(review.scope.system, plant)
        drafts = {(one.kind, one.plant, one.code, one.version) for one in codes if one.is_draft}
        open_ += [
            str(name)
            for name in review.drafts
            if (name.kind, name.plant, name.code, name.version) in drafts and name.plant == plant
        ]
    if open_:
        raise ConflictError(
            f"it was made with drafts: {', '.join(open_[:5])}",
            code="drafts_not_approved",
            field="digest",
            hint="another steward approves them first, or make the diff without drafts",
        )


async def _refuse_changed(books: Books, replays: Replays, read: Read, review: Review) -> None:
    scope = replace(review.scope, with_drafts=False)
    if (await diff_mapping(books, replays, read, scope)).digest != review.digest:
        raise _changed("the diff")


def _changed(what: str) -> ConflictError:
    return ConflictError(
        f"{what} is not what was reviewed any more",
        code="diff_changed",
        field="digest",
        hint="make the diff anew, and review it",
    )
