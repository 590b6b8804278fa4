"""ErpSystem over Tryton. One writer per order (the lane) and the order's stamp prevent duplicates.

Tryton has no keys of ours, so a note on each move carries them; and it books in several calls, so
every call is followed by a look at what became of it.
"""

from collections.abc import Collection, Mapping, Sequence

from services.erp.adapters.row import trusting
from services.erp.adapters.tryton.books import Books
from services.erp.adapters.tryton.closing import Closing, Reversal
from services.erp.adapters.tryton.feed import Kind as FeedKind
from services.erp.adapters.tryton.feed import TrytonFeed
from services.erp.adapters.tryton.find import find
from services.erp.adapters.tryton.orders import PRODUCTION
from services.erp.adapters.tryton.outcomes import StoppedError, unavailable
from services.erp.adapters.tryton.posting import MaterialPosting
from services.erp.adapters.tryton.purchases import PURCHASES
from services.erp.adapters.tryton.sales import SALES
from services.erp.adapters.tryton.session import Session
from services.erp.adapters.tryton.steps import walk
from services.erp.adapters.tryton.terms import read_terms
from services.erp.domain.commercial_document import CommercialDocument
from services.erp.domain.document import OrderDocument, PostingDocument, Sought
from services.erp.domain.posting import Kind
from services.erp.ports.feeds import Changes, CommercialFeed, NotRead, RawOrder
from services.kit.lanes.outcome import (
    Capabilities,
    Found,
    NeedsConfirmation,
    Outcome,
    Rejected,
    Unavailable,
)
from services.kit.lanes.systems import System

_REQUESTS_PER_POST = 20


class TrytonErp:
    """One Tryton. Settings of its row: those of `Terms`; `key` is its user's password."""

    def __init__(self, system: System, key: str) -> None:
        terms = read_terms(system)
        self.capabilities = Capabilities(
            request_timeout=terms.request_timeout,
            longest_request_seconds=terms.longest_request_seconds,
            versioned=True,
            batch=True,
            parallel=terms.parallel,
            requests_per_post=_REQUESTS_PER_POST,
        )
        self._terms = terms
        self._session = Session(terms, key, trusting(system, terms.ca_file))
        self._books = Books(self._session, terms)
        self._feed = TrytonFeed(self._books, terms, system.plants, PRODUCTION)

        def trade(kind: FeedKind[CommercialDocument], setting: str) -> CommercialFeed | NotRead:
            if getattr(terms, setting):
                return TrytonFeed(self._books, terms, system.plants, kind)
            return NotRead(f"the ERP's row does not set {setting}")

        self.sales_orders = trade(SALES, "sales_orders")
        self.purchase_orders = trade(PURCHASES, "purchase_orders")

    async def list_orders(self, changed_since: str) -> Changes:
        """A page of them; raises UnavailableError."""
        return await self._feed.list_orders(changed_since)

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """As it is now; raises UnavailableError."""
        return await self._feed.get_order(plant, order_no)

    def read_order(self, content: bytes) -> OrderDocument:
        """What a production of Tryton's says; raises InvalidError naming the field."""
        return self._feed.read_order(content)

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """All in two requests."""
        try:
            return await find(self._books, sought)
        except StoppedError as stopped:
            outcome = stopped.outcome
            if isinstance(outcome, Unavailable):
                return outcome
            return Unavailable(str(unavailable(stopped)))

    async def post(
        self, posting: PostingDocument, version: str | None, confirmed: Collection[str]
    ) -> Outcome:
        """Book it step by step; what an earlier try left is taken up."""
        if posting.kind is Kind.CLOSE:
            return await walk(Closing(self._books, posting, version, confirmed).look)
        material = MaterialPosting(
            self._books,
            posting,
            version,
            confirmed,
            negative_stock=self._terms.negative_stock,
        )
        outcome = await walk(material.look)
        if isinstance(outcome, Rejected | NeedsConfirmation):
            await material.tidy()
        return outcome

    async def cancel(self, posting: PostingDocument, document: str) -> Outcome:
        """Cancel the document's moves, under a note with the posting's reference."""
        return await walk(Reversal(self._books, posting, document).look)

    async def result_of(self, token: str) -> Outcome:
        """Tryton answers at once or not at all: it gives no tokens."""
        return Unavailable(f"Tryton knows no token {token}")

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()
