"""One kind of Tryton's orders as they change; a mark is "<changed>" or, within a poll,
"<changed> <id>".
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct, field

from services.erp.adapters.tryton.books import Books, read
from services.erp.adapters.tryton.outcomes import StoppedError, unavailable
from services.erp.adapters.tryton.terms import Terms
from services.erp.adapters.tryton.values import Moment, encode
from services.erp.ports.feeds import Changes, RawOrder

_Document = TypeVar("_Document")
Row = dict[str, Any]
"""An order as Tryton answers it."""
_ORDER = [["last_modified_at", "ASC"], ["id", "ASC"]]
_PLACE = ("last_modified_at", "warehouse.code")


class _Warehouse(Struct):
    code: str


class _Place(Struct):
    """Where an order stands in the feed."""

    id: int
    last_modified_at: Moment
    warehouse: _Warehouse = field(name="warehouse.")


async def whole(books: Books, rows: Sequence[Row]) -> None:
    """Nothing is missing from what was read."""


@dataclass(frozen=True, slots=True)
class Kind(Generic[_Document]):
    """How a kind of orders is asked for, and read.

    `numbers` are the fields that may name an order, the one that does first; one without any is
    not told. `complete` adds to rows what is asked for apart, and raises StoppedError.
    """

    model: str
    numbers: tuple[str, ...]
    fields: tuple[str, ...]
    read: Callable[[bytes], _Document]
    complete: Callable[[Books, Sequence[Row]], Awaitable[None]] = whole


class TrytonFeed(Generic[_Document]):
    """ports.feeds.Feed of a kind: orders of our plants' warehouses."""

    def __init__(
        self, books: Books, terms: Terms, plants: Sequence[str], kind: Kind[_Document]
    ) -> None:
        self._books = books
        self._kind = kind
        self._plants = {books.warehouse(plant): plant for plant in plants}
        self._overlap = dt.timedelta(seconds=terms.overlap_seconds)
        self._page = terms.page

    async def list_orders(self, changed_since: str) -> Changes:
        """A page of them; raises UnavailableError."""
        moment, _, after = changed_since.partition(" ")
        named = ["OR", *([name, "!=", None] for name in self._kind.numbers)]
        begin = self._begin(moment, after) if moment else []
        try:
            rows = await self._rows([*begin, named], self._page)
            places = read(rows, _Place)
        except StoppedError as stopped:
            raise unavailable(stopped) from stopped
        more = len(rows) == self._page
        mark = moment
        if places:
            last = places[-1]
            changed = last.last_modified_at.value.isoformat()
            mark = f"{changed} {last.id}" if more else changed
        return Changes(tuple(map(self._raw, places, rows)), mark, more)

    async def get_order(self, plant: str, order_no: str) -> RawOrder | None:
        """As it is now; raises UnavailableError."""
        domain = [
            ["warehouse.code", "=", self._books.warehouse(plant)],
            ["OR", *([name, "=", order_no] for name in self._kind.numbers)],
        ]
        try:
            rows = await self._rows(domain, None)
            fit = [row for row in rows if self._number(row) == order_no]
            return self._raw(read(fit[:1], _Place)[0], fit[0]) if fit else None
        except StoppedError as stopped:
            raise unavailable(stopped) from stopped

    def read_order(self, content: bytes) -> _Document:
        """What an order of Tryton's says; raises InvalidError naming the field."""
        return self._kind.read(content)

    def _begin(self, moment: str, after: str) -> list[Any]:
        start = dt.datetime.fromisoformat(moment)
        if not after:
            return [["last_modified_at", ">=", Moment.of(start - self._overlap)]]
        at = Moment.of(start)
        same = [["last_modified_at", "=", at], ["id", ">", int(after)]]
        return [["OR", ["last_modified_at", ">", at], same]]

    async def _rows(self, domain: list[Any], limit: int | None) -> list[Row]:
        company = await self._books.session.company()
        wanted = [
            ["warehouse.code", "in", sorted(self._plants)],
            # Companies may share a warehouse, and number their orders alike.
            ["company", "=", company],
            *domain,
        ]
        fields = (*_PLACE, *self._kind.numbers, *self._kind.fields)
        rows: list[Row] = await self._books.session.read(
            self._kind.model, "search_read", wanted, 0, limit, _ORDER, fields
        )
        await self._kind.complete(self._books, rows)
        return rows

    def _number(self, row: Mapping[str, Any]) -> str:
        return next((row[name] for name in self._kind.numbers if row[name]), "")

    def _raw(self, place: _Place, row: Mapping[str, Any]) -> RawOrder:
        plant = self._plants[place.warehouse.code]
        return RawOrder(str(place.id), encode({"plant": plant, **dict(sorted(row.items()))}))
