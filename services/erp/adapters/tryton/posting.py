"""Yield, scrap, consumption and return: moves of a production, made, marked with our key, booked.

Each look reads Tryton's books and names the first thing that is missing, so a posting that died
anywhere goes on where it was: lots, drafts without a note (ours: the one writer's), drafts with.
"""

from collections.abc import Collection, Sequence

from services.erp.adapters.tryton.books import Books, LotAt, of_move
from services.erp.adapters.tryton.checks import (
    check_period,
    check_plan,
    check_state,
    check_stock,
)
from services.erp.adapters.tryton.commands import Commands, making_room, named
from services.erp.adapters.tryton.find import documents, words
from services.erp.adapters.tryton.lines import Draft, drafts
from services.erp.adapters.tryton.outcomes import StoppedError
from services.erp.adapters.tryton.records import Move, Note, Production
from services.erp.adapters.tryton.steps import Step
from services.erp.domain.document import PostingDocument
from services.erp.domain.posting import Kind
from services.kit.lanes.outcome import Outcome, Posted


class MaterialPosting:
    """One posting under way; `version` is the order's when it was looked for."""

    def __init__(
        self,
        books: Books,
        posting: PostingDocument,
        version: str | None,
        confirmed: Collection[str],
        *,
        negative_stock: bool,
    ) -> None:
        self._books = books
        self._posting = posting
        self._version = version
        self._confirmed = confirmed
        self._negative_stock = negative_stock
        self._commands = Commands(books.session, confirmed)
        self._side = "inputs" if posting.kind is Kind.CONSUMPTION else "outputs"
        self._drafts: list[Draft] = []
        self._lots: dict[LotAt, int] = {}

    async def look(self) -> Step | Outcome:
        """The next step, Posted when there is none; raises StoppedError where it cannot go on."""
        key = self._posting.reference
        order = await self._books.order(self._posting)
        notes = await self._books.notes([order], words(key))
        if held := documents(order, notes, key):
            return Posted(held[0])
        check_state(order)
        self._drafts = self._drafts or await drafts(self._books, order, self._posting)
        if self._missing_lots:
            self._lots |= await self._books.lots(self._missing_lots)
        ours = self._ours(order, notes)
        return await self._make(order) if ours is None else self._book(order, ours, notes)

    async def tidy(self) -> None:
        """Leave no draft behind that somebody else's click would book; as far as that goes."""
        try:
            order = await self._books.order(self._posting)
            ours = {move.id for move in self._side_of(order) if self._made_by_us(move)}
            if order.state == "assigned":
                await self._commands.press("production", "wait", [order.id]).call()
                order = await self._books.order(self._posting)
            if left := [m for m in self._side_of(order) if m.open and m.id in ours]:
                await self._commands.clear(order, {self._side: left}).call()
        except StoppedError:
            return

    @property
    def _missing_lots(self) -> list[LotAt]:
        wanted = dict.fromkeys(draft.lot for draft in self._drafts if draft.lot_no)
        return [lot for lot in wanted if lot not in self._lots]

    async def _make(self, order: Production) -> Step:
        if order.state == "assigned":
            # What is assigned cannot be taken out.
            return self._commands.press("production", "wait", [order.id])
        await self._check(order)
        if missing := self._missing_lots:
            return self._commands.add_lots(missing)
        moves = [draft.values(order, self._lots.get(draft.lot)) for draft in self._drafts]
        room = making_room(order, self._side, self._drafts)
        return self._commands.make(order, self._version or order.stamp, self._side, moves, room)

    async def _check(self, order: Production) -> None:
        await check_period(self._books, order, self._drafts[0].day)
        if self._side == "outputs":
            check_plan(order, self._drafts, self._confirmed)
        elif not self._negative_stock:
            await check_stock(self._books, self._drafts, self._lots)

    def _book(self, order: Production, ours: Sequence[Move], notes: Sequence[Note]) -> Step:
        """Mark what is ours, have the order run, book."""
        marked = {note.resource for note in notes}
        if unmarked := [move for move in ours if of_move(move.id) not in marked]:
            return self._commands.note(named(unmarked), self._posting.reference)
        strange = [move for move in order.inputs if move.open and move not in ours]
        if strange and order.state == "assigned":
            return self._commands.press("production", "wait", [order.id])
        if strange and order.state == "waiting":
            return self._commands.clear(order, {"inputs": strange})
        if self._side == "outputs" and order.state == "running":
            ids = [move.id for move in ours]
            return self._commands.press("stock.move", "do", ids, books=True)
        return self._commands.onward(order, books=self._side == "inputs")

    def _ours(self, order: Production, notes: Sequence[Note]) -> list[Move] | None:
        """The open move of each draft, those with our note first; None unless all are there."""
        if self._missing_lots:
            return None
        marked = {note.resource for note in notes}
        left = [m for m in self._side_of(order) if m.open and self._made_by_us(m)]
        left.sort(key=lambda move: of_move(move.id) not in marked)
        found = []
        for draft in self._drafts:
            lot = self._lots.get(draft.lot)
            like = next((move for move in left if draft.is_like(move, lot)), None)
            if like is None:
                return None
            left.remove(like)
            found.append(like)
        return found

    def _side_of(self, order: Production) -> tuple[Move, ...]:
        return order.inputs if self._side == "inputs" else order.outputs

    def _made_by_us(self, move: Move) -> bool:
        return move.create_uid == self._books.session.user_id and move.effective_date is not None
