"""ErpSystem over the ledger. Every posting is read back: an answer of 201 proves nothing.

The ledger has no unique key: a second posting under one reference is a second document, unless it
is `versioned` (it refuses what was not written against the order's newest version). Where it books
only some lines, they are taken back and the posting is refused.
"""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus

import msgspec

from services.erp.adapters.ledger.counter import Answer, Counter
from services.erp.adapters.ledger.feed import LedgerFeed
from services.erp.adapters.ledger.papers import (
    Booked,
    Refusal,
    Request,
    Search,
    read,
    read_order,
    write_posting,
    write_reversal,
    write_taking_back,
)
from services.erp.adapters.ledger.terms import read_terms
from services.erp.adapters.ledger.trades import read_trade
from services.erp.domain.document import OrderDocument, PostingDocument, Sought
from services.erp.ports.feeds import Changes, CommercialFeed, NotRead, RawOrder
from services.kit.lanes.outcome import (
    Accepted,
    Capabilities,
    Found,
    Outcome,
    Unavailable,
    Unknown,
)
from services.kit.lanes.systems import System


class LedgerErp:
    """One ledger. Settings of its row: `url`, and those of `Terms`; `key` authenticates."""

    def __init__(self, system: System, key: str) -> None:
        terms = read_terms(system)
        self.capabilities = Capabilities(
            request_timeout=terms.request_timeout,
            longest_request_seconds=terms.longest_request_seconds,
            versioned=terms.versioned,
            asynchronous=True,
            batch=True,
            parallel=terms.parallel,
            requests_per_post=2,
        )
        self._counter = Counter(terms.url, key, terms.request_timeout, terms.parallel)
        at = self._counter, terms, system.plants
        self._orders = LedgerFeed(*at, "orders", read_order)
        self.sales_orders: CommercialFeed | NotRead = LedgerFeed(*at, "sales-orders", read_trade)
        self.purchase_orders: CommercialFeed | NotRead = LedgerFeed(
            *at, "purchase-orders", read_trade
        )

    # -- orders

    async def list_orders(self, changed_since: str) -> Changes:
        """A page of production orders."""
        return await self._orders.list_orders(changed_since)

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """A production order as it is now."""
        return await self._orders.get_order(plant, order_no)

    def read_order(self, content: bytes) -> OrderDocument:
        """What a production order of the ledger says; raises InvalidError naming the field."""
        return read_order(content)

    # -- postings

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """All in one request."""
        answer = await self._search(
            [one.reference for one in sought], {(one.plant, one.order_no) for one in sought}
        )
        if isinstance(answer, Unavailable):
            return answer
        versions = {(plant, order): version for plant, order, version in answer.versions}
        return {
            one.reference: Found(
                documents=_documents(answer.documents.get(one.reference, [])),
                token=answer.tokens.get(one.reference, ""),
                version=versions.get((one.plant, one.order_no)),
            )
            for one in sought
        }

    async def post(
        self, posting: PostingDocument, version: str | None, confirmed: Collection[str]
    ) -> Outcome:
        """Book it, and read back what was booked."""
        content = write_posting(posting, tuple(confirmed))
        match = {"If-Match": f'"{version}"'} if self.capabilities.versioned and version else {}
        return await self._book(posting, content, match)

    async def cancel(self, posting: PostingDocument, document: str) -> Outcome:
        """Book the document that takes `document` back."""
        return await self._book(posting, write_reversal(posting, document), {})

    async def result_of(self, token: str) -> Outcome:
        """Ask for the request by its token."""
        answer = await self._counter.ask("GET", f"requests/{token}")
        if not isinstance(answer, Answer):
            return answer
        if answer.status == HTTPStatus.ACCEPTED:
            return Accepted(token)
        booked = read(answer.content, Booked)
        return await self._judge([booked]) if booked else _refused(answer)

    async def close(self) -> None:
        """Let go of connections."""
        await self._counter.close()

    async def _book(
        self, posting: PostingDocument, content: bytes, match: Mapping[str, str]
    ) -> Outcome:
        answer = await self._counter.ask("POST", "documents", content, headers=match)
        if not isinstance(answer, Answer):
            return answer
        if answer.status == HTTPStatus.ACCEPTED and (request := read(answer.content, Request)):
            return Accepted(request.token)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            return _refused(answer)
        return await self._read_back(posting)

    async def _read_back(self, posting: PostingDocument) -> Outcome:
        """What stands there under our reference is the result."""
        found = await self._search([posting.reference], set())
        if isinstance(found, Unavailable):
            return Unknown(f"cannot read the posting back: {found.reason}")
        return await self._judge(found.documents.get(posting.reference, []))

    async def _judge(self, booked: Sequence[Booked]) -> Outcome:
        """The document that holds all lines; whatever holds a part is taken back."""
        outcome: Outcome = Unknown("the ledger answered that it booked, and did not")
        for document in booked:
            if not document.whole and not document.reversed_by:
                if not await self._take_back(document):
                    return Unknown(f"{document.document} holds a part, not yet taken back")
                outcome = document.outcome()
        whole = [document for document in booked if document.whole]
        return whole[0].outcome() if whole else outcome

    async def _take_back(self, part: Booked) -> bool:
        """The reference differs from the posting's: this is no posting of the lane."""
        content = write_taking_back(part)
        answer = await self._counter.ask("POST", "documents", content)
        return isinstance(answer, Answer) and read(answer.content, Booked) is not None

    async def _search(
        self, references: Sequence[str], orders: Collection[tuple[str, str]]
    ) -> Search | Unavailable:
        content = msgspec.json.encode({"references": references, "orders": sorted(orders)})
        answer = await self._counter.ask("POST", "documents/search", content)
        if isinstance(answer, Unknown):
            return Unavailable(answer.reason)
        if isinstance(answer, Unavailable):
            return answer
        found = read(answer.content, Search)
        return found or Unavailable("the ledger answered a search with something else")


def _documents(booked: Sequence[Booked]) -> tuple[str, ...]:
    """Those that hold the posting. A part of it alone is not the posting; beside the whole it is
    one document too many.
    """
    if not any(document.whole for document in booked):
        return ()
    return tuple(
        document.document for document in booked if document.whole or not document.reversed_by
    )


def _refused(answer: Answer) -> Outcome:
    if answer.status == HTTPStatus.NOT_FOUND:
        return Unavailable("the ledger has nothing at this address")
    refusal = read(answer.content, Refusal)
    return (refusal or Refusal(reason=f"the ledger answered {answer.status}")).outcome()
