"""Use case: a reviewed diff is applied, a batch of documents at a time."""

from collections import Counter
from dataclasses import dataclass, replace

from services.erp.application.diff_mapping import Read, diff_mapping, last_told, read_again
from services.erp.application.remap import REMAPS, Maps
from services.erp.domain.mapping_diff import (
    DocumentChange,
    DraftName,
    Outcome,
    Review,
    State,
)
from services.erp.ports import Books
from services.erp.ports.mapping import MappedOrder, Replays
from services.kit.checkpoint import reach
from services.kit.errors import ConflictError

AT_ONCE = 50


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
    if review.state is State.REVIEWED:
        await _refuse_changed(books, replays, read, review)
        await replays.start(review.id, who)
    maps = Maps(books, review.scope.system)
    outcomes: dict[int, Outcome] = {}
    for change, raw in await replays.open(review.id, AT_ONCE):
        reach("mapping.document")
        outcomes[change.raw_input] = await _apply(maps, change, raw, read)
    await replays.note(review.id, outcomes)
    reach("mapping.batch")
    counts = Counter(outcomes.values())
    left = await replays.left(review.id)
    now = await replays.lock(digest)
    return Progress(now, counts[Outcome.APPLIED], counts[Outcome.OVERTAKEN], left)


async def _apply(maps: Maps, change: DocumentChange, raw: MappedOrder, read: Read) -> Outcome:
    said, remap = read[raw.kind](raw.content), REMAPS[raw.kind]
    stored = last_told(await remap.lock(maps, said), said)
    new, fields = await read_again(maps, remap, said, stored)
    if fields and fields != change.fields:
        raise _changed(change.document)
    if not fields:
        return Outcome.OVERTAKEN
    for old, one in zip(stored, new, strict=True):
        await remap.put(maps, old, one)
    return Outcome.APPLIED


async def _refuse_changed(books: Books, replays: Replays, read: Read, review: Review) -> None:
    scope = replace(review.scope, with_drafts=False)
    if (await diff_mapping(books, replays, read, scope)).digest == review.digest:
        return
    if drafts := await _still_drafts(books, review):
        raise ConflictError(
            f"it was made with drafts: {', '.join(drafts[:5])}",
            code="drafts_not_approved",
            field="digest",
            hint="another steward approves them first, or make the diff without drafts",
        )
    raise _changed("the diff")


async def _still_drafts(books: Books, review: Review) -> list[str]:
    drafts = {
        DraftName.of(code)
        for plant in {name.plant for name in review.drafts}
        for code in await books.codes.all(review.scope.system, plant)
        if code.is_draft
    }
    return [str(name) for name in review.drafts if name in drafts]


def _changed(what: str) -> ConflictError:
    return ConflictError(
        f"{what} is not what was reviewed any more",
        code="diff_changed",
        field="digest",
        hint="make the diff anew, and review it",
    )
