"""Closing an order, and taking a document back."""

from collections.abc import Collection

from services.erp.adapters.tryton.books import Books
from services.erp.adapters.tryton.checks import check_period, check_state
from services.erp.adapters.tryton.commands import Commands, named
from services.erp.adapters.tryton.find import (
    documents,
    order_document,
    reversal,
    reversal_document,
    words,
)
from services.erp.adapters.tryton.outcomes import rejected
from services.erp.adapters.tryton.records import Move, Production
from services.erp.adapters.tryton.steps import Step
from services.erp.domain.document import PostingDocument
from services.kit.lanes.outcome import Conflict, Outcome, Posted


class Closing:
    """The end of an order: no open move, every work finished, then done."""

    def __init__(
        self,
        books: Books,
        posting: PostingDocument,
        version: str | None,
        confirmed: Collection[str],
    ) -> None:
        self._books = books
        self._posting = posting
        self._version = version
        self._commands = Commands(books.session, confirmed)

    async def look(self) -> Step | Outcome:
        """The next step, Posted when there is none; raises StoppedError where it cannot go on."""
        key = self._posting.reference
        order = await self._books.order(self._posting)
        notes = await self._books.notes([order], [key])
        if documents(order, notes, key):
            return Posted(order_document(order))
        check_state(order)
        if not any(note.resource == order.name for note in notes):
            if self._version not in (None, order.stamp):
                return Conflict("somebody else changed it meanwhile")
            return self._commands.note([order.name], key)
        return self._empty(order) or self._finish(order)

    def _empty(self, order: Production) -> Step | None:
        """Nothing that is only planned is booked by the way."""
        inputs = [move for move in order.inputs if move.open]
        outputs = [move for move in order.outputs if move.open]
        if not inputs + outputs:
            return None
        if order.state == "assigned":
            return self._commands.press("production", "wait", [order.id])
        return self._commands.clear(order, {"inputs": inputs, "outputs": outputs})

    def _finish(self, order: Production) -> Step:
        if order.state != "running":
            return self._commands.onward(order)
        if idle := [w.id for w in order.works if w.state != "finished" and not w.active_cycles]:
            return self._commands.press("production.work", "start", idle)
        if busy := [work.id for work in order.works if work.active_cycles]:
            return self._commands.press("production.work", "stop", busy)
        return self._commands.press("production", "do", [order.id], books=True)


class Reversal:
    """Moves of a document taken back; a note with the reversal's own key says by whom."""

    def __init__(self, books: Books, posting: PostingDocument, document: str) -> None:
        self._books = books
        self._posting = posting
        self._document = document
        self._commands = Commands(books.session, ())

    async def look(self) -> Step | Outcome:
        """The next step, Posted when there is none; raises StoppedError where it cannot go on."""
        key = self._posting.reference
        order = await self._books.order(self._posting)
        moves = self._moves(order)
        notes = await self._books.notes([order], words(key))
        if documents(order, notes, key):
            return Posted(reversal_document(self._document))
        if any(move.state == "cancelled" for move in moves):
            reason = f"{self._document} is taken back already"
            raise rejected(reason, "reverses", "already_reversed")
        for day in {move.effective_date for move in moves if move.effective_date}:
            await check_period(self._books, order, day)
        if not notes:
            return self._commands.note(named(moves), reversal(key))
        ids = [move.id for move in moves]
        return self._commands.press("stock.move", "cancel", ids, books=True)

    def _moves(self, order: Production) -> list[Move]:
        named_ = set(self._document.split("+"))
        moves = [move for move in order.inputs + order.outputs if str(move.id) in named_]
        if len(moves) != len(named_):
            reason = f"Tryton cannot take {self._document} back"
            raise rejected(reason, "reverses", "not_reversible")
        return moves
