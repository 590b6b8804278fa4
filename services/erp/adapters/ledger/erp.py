"""ErpSystem over the ledger. Every posting is read back: an answer of 201 proves nothing.

The ledger has no unique key: a second posting under one reference is a second document, unless it
is `versioned` (it refuses what was not written against the order's newest version). Where it books
only some lines, they are taken back and the posting is refused.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

import msgspec

from services.erp.adapters.ledger.counter import Answer, Counter
from services.erp.adapters.ledger.papers import (
    Booked,
    Feed,
    Place,
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
from services.erp.domain.document import OrderDocument, PostingDocument, Sought
from services.erp.ports import Changes, RawOrder
from services.kit.errors import UnavailableError
from services.kit.lanes.outcome import (
    Accepted,
    Capabilities,
    Found,
    Outcome,
    Unavailable,
    Unknown,
)
from services.kit.lanes.systems import System

_Paper = TypeVar("_Paper")


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
        self._plants = system.plants
        self._overlap = timedelta(seconds=terms.overlap_seconds)
        self._page = terms.page
        self._counter = Counter(terms.url, key, terms.request_timeout, terms.parallel)

    # -- orders

    async def list_orders(self, changed_since: str) -> Changes:
        """A mark is "<changed>" or, within a poll, "<changed> <plant>/<order>"."""
        since, _, after = changed_since.partition(" ")
        query = [("plant", plant) for plant in self._plants] + [("limit", str(self._page))]
        if after:
            query += [("since", since), ("after", after)]
        elif since:
            begin = datetime.fromisoformat(since) - self._overlap
            query += [("since", begin.isoformat())]
        feed = _paper(await self._counter.ask("GET", "orders", params=query), Feed)
        places = [_told(read(order, Place)) for order in feed.orders]
        mark = since
        if places:
            last = places[-1]
            mark = f"{last.changed} {last.plant}/{last.order}" if feed.more else last.changed
        orders = [
            RawOrder(f"{place.plant}/{place.order}", bytes(order))
            for place, order in zip(places, feed.orders, strict=True)
        ]
        return Changes(tuple(orders), mark, feed.more)

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """As it is now; None = the ledger answers that there is none."""
        answer = await self._counter.ask("GET", f"orders/{plant}/{order_no}")
        if not isinstance(answer, Answer):
            raise UnavailableError(answer.reason)
        known = answer.status == HTTPStatus.OK
        return RawOrder(f"{plant}/{order_no}", answer.content) if known else None

    def read_order(self, content: bytes) -> OrderDocument:
        """What an order of the ledger says; raises InvalidError naming the field."""
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


def _paper(answer: Answer | Unavailable | Unknown, kind: type[_Paper]) -> _Paper:
    if not isinstance(answer, Answer):
        raise UnavailableError(answer.reason)
    return _told(read(answer.content, kind))


def _told(paper: _Paper | None) -> _Paper:
    if paper is None:
        raise UnavailableError("the ledger answered with something else")
    return paper
