"""One kind of the ledger's orders as they change; a mark is "<changed>" or, within a poll,
"<changed> <plant>/<order>".
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Generic, TypeVar

from services.erp.adapters.ledger.counter import Answer, Counter
from services.erp.adapters.ledger.papers import Feed, Place, read
from services.erp.adapters.ledger.terms import Terms
from services.erp.ports.feeds import Changes, RawOrder
from services.kit.errors import UnavailableError
from services.kit.lanes.outcome import Unavailable, Unknown

_Document = TypeVar("_Document")
_Paper = TypeVar("_Paper")


class LedgerFeed(Generic[_Document]):
    """ports.feeds.Feed of what lies at `path`."""

    def __init__(
        self,
        counter: Counter,
        terms: Terms,
        plants: Sequence[str],
        path: str,
        read_order: Callable[[bytes], _Document],
    ) -> None:
        self._counter = counter
        self._overlap = timedelta(seconds=terms.overlap_seconds)
        self._page = terms.page
        self._plants = plants
        self._path = path
        self.read_order = read_order

    async def list_orders(self, changed_since: str) -> Changes:
        """A page of them."""
        since, _, after = changed_since.partition(" ")
        query = [("plant", plant) for plant in self._plants] + [("limit", str(self._page))]
        if after:
            query += [("since", since), ("after", after)]
        elif since:
            begin = datetime.fromisoformat(since) - self._overlap
            query += [("since", begin.isoformat())]
        feed = _paper(await self._counter.ask("GET", self._path, params=query), Feed)
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
        answer = await self._counter.ask("GET", f"{self._path}/{plant}/{order_no}")
        if not isinstance(answer, Answer):
            raise UnavailableError(answer.reason)
        known = answer.status == HTTPStatus.OK
        return RawOrder(f"{plant}/{order_no}", answer.content) if known else None


def _paper(answer: Answer | Unavailable | Unknown, kind: type[_Paper]) -> _Paper:
    if not isinstance(answer, Answer):
        raise UnavailableError(answer.reason)
    return _told(read(answer.content, kind))


def _told(paper: _Paper | None) -> _Paper:
    if paper is None:
        raise UnavailableError("the ledger answered with something else")
    return paper
