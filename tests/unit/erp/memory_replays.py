"""Raw orders that were mapped, and reviewed diffs, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.erp.domain.mapping_diff import (
    Diff,
    DocumentChange,
    Outcome,
    Review,
    Scope,
    State,
)
from services.erp.ports.mapping import MappedOrder
from services.kit.errors import NotFoundError
from services.kit.paging import Page
from tests.unit.erp.memory import NOON


@dataclass
class MemoryReplays:
    """A diff at a time; raw orders by document, read one a page."""

    raws: dict[str, MappedOrder] = field(default_factory=dict)
    diff: Diff | None = None
    review: Review | None = None
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    async def mapped(self, scope: Scope, kind: str, after: str) -> Sequence[MappedOrder]:
        """The next."""
        found = (self.raws[one] for one in sorted(self.raws))
        return [one for one in found if one.kind == kind and one.external > after][:1]

    async def keep(self, diff: Diff, who: str) -> None:
        """For review."""
        self.diff = diff
        self.outcomes = {
            one.raw_input: Outcome.REFUSED if one.refusal else Outcome.OPEN for one in diff.changes
        }
        refused = sum(1 for one in diff.changes if one.refusal)
        self.review = Review(
            1, diff.digest, diff.scope, tuple(diff.drafts), diff.compared,
            len(diff.changes) - refused, refused, State.REVIEWED, who, NOON, "", None, None,
        )  # fmt: skip

    async def lock(self, digest: str) -> Review:
        """That one."""
        if self.review is None or self.review.digest != digest:
            raise NotFoundError("nobody reviewed it", code="unknown_diff", field="digest")
        return self.review

    async def start(self, id: int, who: str) -> None:
        """It is being applied."""
        if self.review:
            self.review = replace(self.review, state=State.APPLYING, applied_by=who)

    async def open(self, id: int, limit: int) -> Sequence[tuple[DocumentChange, MappedOrder]]:
        """Still to be done."""
        return [
            (one, self.raws[one.document])
            for one in (self.diff.changes if self.diff else ())
            if self.outcomes[one.raw_input] is Outcome.OPEN
        ][:limit]

    async def note(self, id: int, outcomes: Mapping[int, Outcome]) -> None:
        """What became of them."""
        self.outcomes |= outcomes
        if self.review and not await self.left(id):
            self.review = replace(self.review, state=State.APPLIED)

    async def left(self, id: int) -> int:
        """How many."""
        return [*self.outcomes.values()].count(Outcome.OPEN)

    async def changes(self, id: int, page: Page) -> Sequence[tuple[int, DocumentChange, Outcome]]:
        """All of them."""
        found = enumerate(self.diff.changes if self.diff else ())
        return [(place, one, self.outcomes[one.raw_input]) for place, one in found]
