"""ErpSystem over OData V2 in the shape of S/4HANA.

A material document has no unique key and no version: a repeated posting is a second document, which
is found and shown. Every posting is read back: an answer of 201 proves nothing.
"""

from collections.abc import Awaitable, Collection, Mapping, Sequence

from services.erp.adapters.odata.closing import close, closed_by, name_of
from services.erp.adapters.odata.documents import Documents
from services.erp.adapters.odata.feed import ODataFeed
from services.erp.adapters.odata.orders import COMPLETED, Orders, production
from services.erp.adapters.odata.outcomes import StoppedError, rejected, silent
from services.erp.adapters.odata.purchases import purchases
from services.erp.adapters.odata.sales import sales
from services.erp.adapters.odata.session import Session
from services.erp.adapters.odata.terms import read_terms
from services.erp.adapters.row import trusting
from services.erp.domain.document import OrderDocument, PostingDocument, Sought
from services.erp.domain.posting import Kind
from services.erp.ports.feeds import Changes, CommercialFeed, NotRead, RawOrder
from services.kit.lanes.outcome import (
    Capabilities,
    Found,
    Outcome,
    Posted,
    Unavailable,
)
from services.kit.lanes.systems import System


class ODataErp:
    """One system and client of an ERP. Settings of its row: those of `Terms`."""

    def __init__(self, system: System, password: str) -> None:
        self._terms = terms = read_terms(system)
        self.capabilities = Capabilities(
            request_timeout=terms.request_timeout,
            longest_request_seconds=terms.longest_request_seconds,
            batch=True,
            parallel=terms.parallel,
            requests_per_post=2,
        )
        self._theirs = {plant: terms.plants.get(plant, plant) for plant in system.plants}
        ours = {theirs: ours for ours, theirs in self._theirs.items()}
        self._session = Session(terms, password, trusting(system, terms.ca_file))
        at = self._session, terms, self._theirs
        self._feed = ODataFeed(*at, production(ours, terms.zone))
        self.sales_orders: CommercialFeed | NotRead = (
            ODataFeed(*at, sales(ours)) if terms.sales_orders else _not_read("sales_orders")
        )
        self.purchase_orders: CommercialFeed | NotRead = (
            ODataFeed(*at, purchases(ours))
            if terms.purchase_orders
            else _not_read("purchase_orders")
        )
        self._orders = Orders(self._session)
        self._documents = Documents(self._session, terms.storage_location)

    # -- orders

    async def list_orders(self, changed_since: str) -> Changes:
        """A page of production orders, where there are any."""
        if not self._terms.production_orders:
            return Changes((), changed_since)
        return await self._feed.list_orders(changed_since)

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """A production order as it is now."""
        if not self._terms.production_orders:
            return None
        return await self._feed.get_order(plant, order_no)

    def read_order(self, content: bytes) -> OrderDocument:
        """What a production order says; raises InvalidError naming the field."""
        return self._feed.read_order(content)

    # -- postings

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """Documents in one request; in a second the closings, where anything was not found."""
        try:
            found = await self._documents.found([one.reference for one in sought])
            missing = [one for one in sought if not found[one.reference]]
            closings = await self._closings(missing)
        except StoppedError as stopped:
            return silent(stopped)
        names = {
            reference: tuple(document.name for document in documents)
            for reference, documents in found.items()
        }
        return {reference: Found(documents) for reference, documents in (names | closings).items()}

    async def post(
        self,
        posting: PostingDocument,
        version: str | None,
        confirmed: Collection[str],
    ) -> Outcome:
        """Book it, and read it back; there are no versions here, and nobody is asked."""
        try:
            plant = self._plant(posting)
            if posting.kind is Kind.CLOSE:
                if not self._terms.production_orders:
                    raise rejected("the ERP has no orders to close", "kind", "not_supported")
                return await _posted(close(self._session, posting, plant))
            return await _posted(self._documents.book(posting, plant))
        except StoppedError as stopped:
            return stopped.outcome

    async def cancel(self, posting: PostingDocument, document: str) -> Outcome:
        """Book the document that takes `document` back."""
        try:
            if document.endswith(f"/{COMPLETED}"):
                raise rejected("a closed order stays closed", "reverses", "not_reversible")
            taken_back = await self._documents.one(document)
            return await _posted(self._documents.undo(posting, self._plant(posting), taken_back))
        except StoppedError as stopped:
            return stopped.outcome

    async def result_of(self, token: str) -> Outcome:
        """There are no tokens: every request is answered at once."""
        return Unavailable(f"no request is called {token[:40]}")

    async def close(self) -> None:
        """Let go of connections."""
        await self._session.close()

    async def _closings(self, sought: Sequence[Sought]) -> dict[str, tuple[str, ...]]:
        if not sought or not self._terms.production_orders:
            return {}
        orders = await self._orders.many({one.order_no for one in sought})
        return {
            one.reference: (name_of(order),)
            for one in sought
            if (order := orders.get(one.order_no)) and closed_by(order, one.reference)
        }

    def _plant(self, posting: PostingDocument) -> str:
        return self._theirs.get(posting.plant, posting.plant)


async def _posted(booking: Awaitable[str]) -> Posted:
    return Posted(await booking)


def _not_read(setting: str) -> NotRead:
    return NotRead(f"the ERP's row does not set {setting}")
