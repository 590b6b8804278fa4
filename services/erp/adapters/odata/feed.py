"""One kind of the ERP's orders as they change; a mark is "<stamp>" or, within a poll,
"<stamp> <number>".
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

import msgspec

from services.erp.adapters.odata.outcomes import StoppedError, unavailable
from services.erp.adapters.odata.papers import Results, told
from services.erp.adapters.odata.session import Session, address
from services.erp.adapters.odata.terms import Terms
from services.erp.adapters.odata.values import key, literal
from services.erp.ports.feeds import Changes, RawOrder
from services.kit.errors import InvalidError, UnavailableError
from services.kit.lanes.outcome import Unavailable

_Document = TypeVar("_Document")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order stands in the feed, and the ERP's plants that it concerns."""

    number: str
    stamp: str
    plants: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Document]):
    """How a kind of orders is asked for, and read.

    `number` and `changed` are its properties that orders are sorted by; `stamp` writes a moment of
    `changed` for a filter, `back` is a stamp so many seconds earlier. `narrow` = the filter of the
    plants, where the ERP can; others are left out of what it answers.
    """

    service: str
    entities: str
    number: str
    changed: str
    expand: str
    place: Callable[[msgspec.Raw], Place]
    stamp: Callable[[str], str]
    back: Callable[[str, float], str]
    read: Callable[[bytes], _Document]
    narrow: str = ""


class ODataFeed(Generic[_Document]):
    """ports.feeds.Feed of a kind; `theirs` = the ERP's plants by ours."""

    def __init__(
        self, session: Session, terms: Terms, theirs: Mapping[str, str], kind: Kind[_Document]
    ) -> None:
        self._session = session
        self._terms = terms
        self._theirs = theirs
        self._kind = kind

    async def list_orders(self, changed_since: str) -> Changes:
        """A page of those that concern our plants."""
        if not self._theirs:
            return Changes((), changed_since)
        since, _, after = changed_since.partition(" ")
        begin = (
            self._kind.back(since, self._terms.overlap_seconds) if since and not after else since
        )
        try:
            [content] = await self._session.read_many(
                self._kind.service, [self._path(begin, after)]
            )
            page = told(content, Results[msgspec.Raw])
            found = [(self._place(order), bytes(order)) for order in page.results]
            places = _in_order([place for place, _ in found if place])
        except StoppedError as stopped:
            raise unavailable(stopped) from stopped
        more = bool(page.rest) or len(page.results) >= self._terms.page
        mark = since
        if places:
            last = places[-1]
            mark = f"{last.stamp} {last.number}" if more else last.stamp
        elif more:
            raise UnavailableError("the ERP does not say when any order changed")
        ours = frozenset(self._theirs.values())
        orders = [
            RawOrder(place.number if place else _name_of(content), content)
            for place, content in found
            if place is None or place.plants & ours
        ]
        return Changes(tuple(orders), mark, more)

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """As it is now."""
        kind = self._kind
        path = address(f"{kind.entities}{key(**{kind.number: order_no})}", expand=kind.expand)
        try:
            found = await self._session.read(kind.service, path)
            place = None if found is None else self._place(found)
            if found is None or (place and self._theirs.get(plant) not in place.plants):
                return None
        except StoppedError as stopped:
            raise unavailable(stopped) from stopped
        return RawOrder(order_no, bytes(found))

    def read_order(self, content: bytes) -> _Document:
        """What an order of the ERP says; raises InvalidError naming the field."""
        return self._kind.read(content)

    def _place(self, order: msgspec.Raw) -> Place | None:
        """None of one that does not say what it is: kept like others, it is refused by itself."""
        try:
            return self._kind.place(order)
        except (InvalidError, StoppedError):
            return None

    def _path(self, since: str, after: str) -> str:
        kind = self._kind
        asked = [kind.narrow] if kind.narrow else []
        if after:
            stamp = kind.stamp(since)
            behind = f"{kind.changed} eq {stamp} and {kind.number} gt {literal(after)}"
            asked.append(f"({kind.changed} gt {stamp} or ({behind}))")
        elif since:
            asked.append(f"{kind.changed} ge {kind.stamp(since)}")
        return address(
            kind.entities,
            **({"filter": " and ".join(asked)} if asked else {}),
            orderby=f"{kind.changed},{kind.number}",
            top=str(self._terms.page),
            expand=kind.expand,
        )


def _in_order(places: Sequence[Place]) -> Sequence[Place]:
    """Raises StoppedError where they are not: what comes later would never be asked for."""
    if any(later.stamp < place.stamp for place, later in pairwise(places)):
        raise StoppedError(Unavailable("the ERP does not sort orders by when they changed"))
    return places


def _name_of(content: bytes) -> str:
    """Of an order whose number cannot be read."""
    return f"unreadable-{hashlib.sha256(content).hexdigest()[:16]}"
