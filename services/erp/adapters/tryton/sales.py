"""Sales of Tryton, and how they read in our words.

A lot is meant for a line when a move of the line has it, or one that picks for such a move. Which
lots these are is told with the next change of the sale itself: a picked lot changes only moves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from services.erp.adapters.tryton.books import Books, of_move, read
from services.erp.adapters.tryton.feed import Kind, Row
from services.erp.adapters.tryton.papers import Unit, amount_of, read_paper
from services.erp.adapters.tryton.trades import AGREED, FIELDS, Called, Line, Trade, document, goods
from services.erp.adapters.tryton.values import Day
from services.erp.domain.commercial_document import (
    AllocationDocument,
    CommercialDocument,
    CommercialLineDocument,
    DueDocument,
)

_TAKEN = ("assigned", "done")


class _Lot(Struct):
    number: str


class _Move(Struct):
    id: int
    state: str
    quantity: Decimal
    counted_in: Unit = field(name="unit.")
    lot: _Lot | None = field(name="lot.")


class _Pick(_Move):
    origin: str


class _Line(Line):
    moves: tuple[_Move, ...] = field(name="moves.")
    shipping_date: Day | None


class _Sale(Trade):
    sale_date: Day | None
    shipping_date: Day | None
    ship_to: Called | None = field(name="shipment_party.")
    lines: tuple[_Line, ...] = field(name="lines.")
    picks: tuple[_Pick, ...]


_MOVE = ("state", "quantity", "unit.symbol", "unit.digits", "unit.factor", "lot.number")
_FIELDS = (
    *FIELDS, "sale_date", "shipping_date", "shipment_party.code", "lines.shipping_date",
    *(f"lines.moves.{name}" for name in _MOVE),
)  # fmt: skip


def read_sale(content: bytes) -> CommercialDocument:
    """Raises InvalidError naming the field that is missing or no such thing."""
    sale = read_paper(content, _Sale, "sale")
    return document(sale, "sale", sale.sale_date, _lines(sale))


def _lines(sale: _Sale) -> Iterator[CommercialLineDocument]:
    ship_to = (sale.ship_to or sale.party).code or ""
    for place, (line, said) in enumerate(goods(sale, sale.lines)):
        yield replace(
            said,
            schedule=(_due(sale, line, said.amount),),
            ship_to=ship_to,
            allocations=tuple(_allocations(line, sale.picks, f"lines[{place}]")),
        )


def _due(sale: _Sale, line: _Line, amount: str) -> DueDocument:
    """Wanted when the sale says it shall be sent; promised, once agreed, when Tryton sends it."""
    agreed = sale.state in AGREED
    wanted = sale.shipping_date.value if sale.shipping_date else None
    promised = line.shipping_date.value if agreed and line.shipping_date else None
    return DueDocument(amount, amount if promised else "0", wanted, promised)


def _allocations(line: _Line, picks: Sequence[_Pick], at: str) -> Iterator[AllocationDocument]:
    """By move; one that has no lot itself has those that were picked for it."""
    open_ = [move for move in line.moves if move.state != "cancelled"]
    bare = {of_move(move.id) for move in open_ if not move.lot}
    moves = [*open_, *(pick for pick in picks if pick.origin in bare)]
    with_lot = [(move, move.lot) for move in moves if move.lot]
    for place, (move, lot) in enumerate(with_lot):
        unit = move.counted_in
        amount = amount_of(move.quantity, unit, f"{at}.allocations[{place}].quantity")
        yield AllocationDocument(lot.number, amount, unit.symbol)


async def _with_picks(books: Books, rows: Sequence[Row]) -> None:
    """What was picked from stock for moves that have no lot themselves."""
    bare = {
        move["id"]: row
        for row in rows
        for line in row["lines."]
        for move in line["moves."]
        if not move["lot."]
    }
    for row in rows:
        row["picks"] = []
    if not bare:
        return
    wanted: list[Any] = [
        ["origin", "in", [of_move(id) for id in sorted(bare)]],
        ["state", "in", _TAKEN],
        ["lot", "!=", None],
    ]
    fields = ("origin", *_MOVE)
    found = await books.session.read(
        "stock.move", "search_read", wanted, 0, None, [["id", "ASC"]], fields
    )
    for pick, raw in zip(read(found, _Pick), found, strict=True):
        bare[int(pick.origin.partition(",")[2])]["picks"].append(raw)


SALES = Kind("sale.sale", ("number",), _FIELDS, read_sale, _with_picks)
