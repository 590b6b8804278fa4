"""Mapping again: what a diff names, and what its application may and may not do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.erp.application.apply_mapping import Progress, apply_mapping
from services.erp.application.diff_mapping import diff_mapping, review_mapping
from services.erp.application.take_commercial import take_commercial
from services.erp.application.take_order import take_order
from services.erp.domain.codes import Code
from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.document import OperationDocument
from services.erp.domain.keys import CommercialKey, OrderKey, Trade
from services.erp.domain.mapping_diff import Diff, FieldChange, Outcome, Scope, State
from services.erp.ports.mapping import PRODUCTION, MappedOrder
from services.kit.errors import ConflictError, NotFoundError
from tests.unit.erp.memory import CODES, NOON, Shelf, document
from tests.unit.erp.memory_commercial import CODES as TRADES
from tests.unit.erp.memory_commercial import SALE, line, paper
from tests.unit.erp.memory_replays import MemoryReplays

DAY = timedelta(days=1)
SCOPE = Scope("erp-1", NOON)
DRAFTS = replace(SCOPE, with_drafts=True)
W2 = Code("work_center", "W2", "lyon/press-2")
MOVED = Code("work_center", "W2", "lyon/press-9", version=2, is_draft=True, replaces=1)
HERE = Code("uom", "KG", "KGM", plant="lyon", version=1, is_draft=True)


class Month:
    """Three orders as they came; the second and third are made at W2."""

    def __init__(self, *codes: Code) -> None:
        self.shelf, self.replays = Shelf(), MemoryReplays()
        self.documents: dict[bytes, Any] = {}
        self.read = dict.fromkeys((PRODUCTION, *map(str, Trade)), self.said)
        self.map(*(codes or (W2,)))

    def map(self, *codes: Code) -> None:
        """From now on these hold besides."""
        self.shelf.master.codes = (*CODES, *codes)

    async def came(self, number: str, **change: Any) -> None:
        """It was taken then."""
        said = document(order_no=number, **change)
        content = f"{number}/{len(self.documents)}".encode()
        self.documents[content] = said
        self._keep(PRODUCTION, number, content)
        await take_order(self.shelf.books, "erp-1", said)

    async def traded(self, trade: Trade, said: CommercialDocument) -> None:
        """The same of a sales or purchase order."""
        content = f"{trade}/{said.order_no}/{len(self.documents)}".encode()
        self.documents[content] = said
        self._keep(trade, said.order_no, content)
        await take_commercial(trade, self.shelf.books, "erp-1", said)

    def _keep(self, kind: str, external: str, content: bytes) -> None:
        raw = MappedOrder(len(self.documents), kind, external, content)
        self.replays.raws[raw.document] = raw

    async def began(self) -> "Month":
        """The three."""
        step = (OperationDocument(10, "pressing", "W2"),)
        await self.came("1")
        await self.came("2", operations=step)
        await self.came("3", operations=step, as_of=NOON + DAY)
        return self

    def said(self, content: bytes) -> Any:
        """What it says."""
        return self.documents[content]

    async def diff(self, scope: Scope = SCOPE) -> Diff:
        """Shown alone."""
        return await diff_mapping(self.shelf.books, self.replays, self.read, scope)

    async def review(self, scope: Scope = SCOPE) -> str:
        """Shown and kept."""
        return await review_mapping(self.shelf.books, self.replays, self.read, scope, "ann")

    async def apply(self, digest: str) -> Progress:
        """By bob."""
        return await apply_mapping(self.shelf.books, self.replays, self.read, digest, "bob")

    def centers(self) -> list[str]:
        """Where the three are made."""
        orders = self.shelf.orders.orders
        return [orders[OrderKey("lyon", number)].operations[0].work_center for number in "123"]


@pytest.fixture
async def month() -> Month:
    """As it began."""
    return await Month().began()


async def test_what_is_mapped_as_it_was_differs_in_nothing(month: Month) -> None:
    diff = await month.diff()
    assert (diff.compared, diff.changes) == (3, [])


async def test_a_diff_names_the_documents_and_fields_that_a_draft_would_change(
    month: Month,
) -> None:
    month.map(W2, MOVED)
    assert (await month.diff()).changes == []
    diff = await month.diff(DRAFTS)
    assert [(one.document, one.fields) for one in diff.changes] == [
        (number, (FieldChange("operations[0].work_center", "lyon/press-2", "lyon/press-9"),))
        for number in ("2", "3")
    ]
    assert [str(name) for name in diff.drafts] == ["work_center W2 2"]


@pytest.mark.parametrize(
    ("since", "named"), [(NOON, ["2", "3"]), (NOON + DAY, ["3"]), (NOON + 2 * DAY, [])]
)
async def test_only_what_is_of_that_time_is_compared(
    month: Month, since: datetime, named: list[str]
) -> None:
    month.map(W2, MOVED)
    diff = await month.diff(replace(DRAFTS, since=since))
    assert [one.document for one in diff.changes] == named


async def test_what_the_time_of_a_draft_does_not_reach_stays(month: Month) -> None:
    month.map(W2, replace(MOVED, valid_from=NOON + DAY))
    assert [one.document for one in (await month.diff(DRAFTS)).changes] == ["3"]


async def test_a_document_that_is_not_the_orders_last_word_is_left_out(month: Month) -> None:
    month.map(W2, MOVED)
    kept = month.replays.raws["2"]
    month.map(W2)
    await month.came("2", as_of=NOON + 2 * DAY, version="v2")
    month.replays.raws["2"] = kept
    month.map(W2, MOVED)
    assert [one.document for one in (await month.diff(DRAFTS)).changes] == ["3"]


async def test_what_cannot_be_mapped_any_more_is_shown_and_stays(month: Month) -> None:
    month.map(replace(W2, valid_to=NOON + DAY))
    digest = await month.review()
    [change] = month.replays.diff.changes if month.replays.diff else ()
    assert change.document == "3"
    assert "(unmapped_code)" in change.refusal
    assert (await month.apply(digest)).review.state is State.APPLIED
    assert month.replays.outcomes == {3: Outcome.REFUSED}
    assert month.centers()[2] == "lyon/press-2"


async def test_a_reviewed_diff_is_applied_as_reviewed_and_once(month: Month) -> None:
    month.map(W2, MOVED, HERE)
    digest = await month.review(DRAFTS)
    told = len(month.shelf.orders.told)
    with pytest.raises(ConflictError) as refused:
        await month.apply(digest)
    assert (refused.value.code, refused.value.field) == ("drafts_not_approved", "digest")
    assert month.centers() == ["lyon/press-1", "lyon/press-2", "lyon/press-2"]
    # The other draft is still one: it changes nothing here.
    month.map(replace(MOVED, is_draft=False), HERE)
    done = await month.apply(digest)
    assert (done.applied, done.overtaken, done.left) == (2, 0, 0)
    assert (done.review.state, done.review.reviewed_by, done.review.applied_by) == (
        State.APPLIED,
        "ann",
        "bob",
    )
    assert month.centers() == ["lyon/press-1", "lyon/press-9", "lyon/press-9"]
    again = await month.apply(digest)
    assert (again.applied, len(month.shelf.orders.told)) == (0, told + 2)


def _other_map(month: Month) -> None:
    month.map(replace(MOVED, is_draft=False, canonical="lyon/press-7"))


def _no_map(month: Month) -> None:
    month.map(W2)


@pytest.mark.parametrize("change", [_other_map, _no_map])
async def test_a_diff_that_changed_meanwhile_is_refused(
    month: Month, change: Callable[[Month], None]
) -> None:
    month.map(W2, MOVED)
    digest = await month.review(DRAFTS)
    change(month)
    with pytest.raises(ConflictError) as refused:
        await month.apply(digest)
    assert (refused.value.code, refused.value.field) == ("diff_changed", "digest")
    assert month.centers()[1] == "lyon/press-2"


async def test_what_changes_between_two_batches_is_not_applied_blindly(month: Month) -> None:
    month.map(replace(W2, canonical="lyon/press-9"))
    digest = await month.review()
    await month.replays.start(1, "bob")
    # One was changed by the ERP meanwhile, and the maps changed once more.
    await month.came("2", as_of=NOON + 2 * DAY, version="v2")
    month.replays.raws["2"] = MappedOrder(2, PRODUCTION, "2", b"2/1")
    month.map(replace(W2, canonical="lyon/press-8"))
    with pytest.raises(ConflictError) as refused:
        await month.apply(digest)
    assert refused.value.code == "diff_changed"
    assert month.replays.outcomes[2] is Outcome.OPEN
    month.map(replace(W2, canonical="lyon/press-9"))
    done = await month.apply(digest)
    assert (done.applied, done.overtaken) == (1, 1)


async def test_what_is_so_already_is_not_told_again(month: Month) -> None:
    month.map(replace(W2, canonical="lyon/press-9"))
    digest = await month.review()
    await month.replays.start(1, "bob")
    await take_order(month.shelf.books, "erp-1", month.said(b"2/1"))
    assert (await month.apply(digest)).overtaken == 1


async def test_nobody_applies_what_nobody_reviewed(month: Month) -> None:
    with pytest.raises(NotFoundError):
        await month.apply("abc")


# --- sales and purchase orders

NORTH = Code("party", "C-2", "acme-south", version=2, is_draft=True, replaces=1)
BOUGHT = CommercialKey(Trade.PURCHASE, "lyon", "4501")


@pytest.fixture
async def trades(month: Month) -> Month:
    """Besides, a sale at two plants, and a purchase."""
    month.shelf.master.systems = {"lyon": "erp-1", "nice": "erp-1", "metz": "erp-2"}
    month.map(W2, *TRADES)
    elsewhere = line(line_no=20, plant="nice", ship_to="C-1")
    await month.traded(Trade.SALES, paper(line(), elsewhere))
    own = line(ship_to="171A", allocations=())
    await month.traded(Trade.PURCHASE, paper(own, order_no="4501", statuses=("SENT",)))
    return month


async def test_traded_orders_are_compared_plant_by_plant(trades: Month) -> None:
    diff = await trades.diff()
    assert (diff.compared, diff.changes) == (5, [])
    trades.map(W2, *TRADES, NORTH, MOVED)
    diff = await trades.diff(DRAFTS)
    assert [one.document for one in diff.changes] == ["2", "3", "sales_order 7001"]
    assert diff.changes[-1].fields == (
        FieldChange("lyon.lines[0].ship_to", "acme-north", "acme-south"),
    )


async def test_traded_orders_are_applied_as_reviewed_and_told_once(trades: Month) -> None:
    trades.map(W2, *TRADES, NORTH)
    digest = await trades.review(DRAFTS)
    told = len(trades.shelf.commercial.told)
    trades.map(W2, *TRADES, replace(NORTH, is_draft=False))
    done = await trades.apply(digest)
    assert (done.applied, done.overtaken, done.left) == (1, 0, 0)
    orders = trades.shelf.commercial.orders
    assert [one.ship_to for one in orders[SALE].lines] == ["acme-south"]
    assert [one.ship_to for one in orders[replace(SALE, plant="nice")].lines] == ["acme"]
    assert len(trades.shelf.commercial.told) == told + 1, "of the plant where something changed"
    assert (await trades.diff()).changes == []


async def test_a_traded_order_that_cannot_be_mapped_any_more_says_why(trades: Month) -> None:
    trades.map(W2, *(one for one in TRADES if one.code != "SENT"))
    [change] = (await trades.diff()).changes
    assert (change.document, change.fields) == ("purchase_order 4501", ())
    assert "statuses[0]" in change.refusal
    assert trades.shelf.commercial.orders[BOUGHT].partner == "acme"


async def test_what_the_erp_does_not_offer_or_another_numbers_alike_is_left_out(
    trades: Month,
) -> None:
    trades.map(W2, *TRADES, NORTH)
    orders = trades.shelf.commercial.orders
    orders[SALE] = replace(orders[SALE], system="erp-2")
    assert (await trades.diff(DRAFTS)).changes == []
    del trades.read[Trade.SALES]
    assert (await trades.diff(DRAFTS)).compared == 4
