"""What the ledger does: books what its rules allow, writes orders, carries out what it promised."""

import asyncio
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tools.simulators.journal import Journal
from tools.simulators.ledger import journal
from tools.simulators.ledger.books import Books
from tools.simulators.ledger.faults import Weather
from tools.simulators.ledger.papers import Document, Order, Paper, Posting, Refusal, Request, Trade
from tools.simulators.ledger.rules import judge, refused

_MOVES = {"release": ("CRTD", "REL"), "close": ("REL", "CLSD"), "cancel": ("CRTD", "DLFL")}


@dataclass
class Clerk:
    """One clerk, one journal. Between a rule and its booking nothing else happens."""

    path: Path
    weather: Weather = field(default_factory=Weather)
    books: Books = field(default_factory=Books)
    later: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Read the journal back, and go on with what was promised and not done."""
        for paper in journal.read(self.path):
            self.books.apply(paper)
        self.journal = Journal(self.path)
        for token in self.books.requests.keys() - self.books.results.keys():
            self.after(0.0, self.books.requests[token])

    async def write(self, paper: Paper) -> None:
        """Enter a paper and return when it is safe."""
        self._enter(paper)
        await self.journal.keep()

    async def post(self, posting: Posting, tag: str | None) -> Document | Refusal:
        """Book a posting, with some lines only on a bad day."""
        paper = self._book(posting, tag)
        await self.journal.keep()
        return paper

    async def promise(self, posting: Posting, seconds: float) -> Request:
        """Take a posting now and book it `seconds` later, also after a restart."""
        request = Request(f"T{len(self.books.requests) + 1}", posting)
        await self.write(request)
        self.after(seconds, request)
        return request

    def after(self, seconds: float, what: Request | Posting) -> None:
        """Book in a while; a promise gets its result, a late posting none."""

        async def carry_out() -> None:
            await asyncio.sleep(seconds)
            posting, token = (what, "") if isinstance(what, Posting) else (what.posting, what.token)
            paper = self._book(posting, None, token)
            if token and isinstance(paper, Refusal):
                self._enter(paper)
            await self.journal.keep()

        task = asyncio.create_task(carry_out())
        self.later.add(task)
        task.add_done_callback(self.later.discard)

    async def put_order(self, order: Order) -> Order:
        """Create an order, or change it; its words stay."""
        old = self.books.orders.get(order.key)
        words = old.status if old else ("CRTD",)
        return await self._commit(order, words)

    async def put_trade(self, trade: Trade) -> Trade:
        """Create a sales or purchase order, or change it."""
        began = await self._begin(trade.order)
        old = self.books.trades.get(trade.key)
        version = old.version + 1 if old else 1
        changed = msgspec.structs.replace(trade, version=version, changed=began)
        await self.write(changed)
        return changed

    async def move_order(self, plant: str, number: str, how: str) -> Order | Refusal:
        """Release, close or cancel an order."""
        order = self.books.orders.get((plant, number))
        if order is None:
            return refused("unknown_order", f"no order {number} in {plant}", "order")
        before, after = _MOVES[how]
        if before not in order.status:
            return refused("wrong_state", f"order {number} is {' '.join(order.status)}", "status")
        words = tuple(after if word == before else word for word in order.status)
        return await self._commit(order, words)

    async def _commit(self, order: Order, words: tuple[str, ...]) -> Order:
        began = await self._begin(order.order)
        old = self.books.orders.get(order.key)
        version = old.version + 1 if old else 1
        changed = msgspec.structs.replace(order, status=words, version=version, changed=began)
        await self.write(changed)
        return changed

    async def _begin(self, order: str) -> dt.datetime:
        """The stamp is the transaction's first moment, however long it takes to commit."""
        began = dt.datetime.now(dt.UTC)
        if fault := self.weather.strikes("late_commit", "write", order):
            await asyncio.sleep(fault.seconds)
        return began

    def _book(self, posting: Posting, tag: str | None, token: str = "") -> Document | Refusal:
        if refusal := judge(self.books, posting, tag):
            return msgspec.structs.replace(refusal, token=token)
        if posting.kind == "reversal":
            lines = self.books.documents[posting.reverses].posting.lines
            posting = msgspec.structs.replace(posting, lines=lines)
        wanted, left_out = len(posting.lines), None
        if wanted > 1 and self.weather.strikes("partial", "post", posting.reference):
            posting = msgspec.structs.replace(posting, lines=posting.lines[:1])
            left_out = refused("being_counted", "its stock is being counted", "lines[1].item")
        number, now = f"D{len(self.books.documents) + 1}", dt.datetime.now(dt.UTC)
        document = Document(number, now, posting, wanted, token, left_out)
        self._enter(document)
        return document

    def _enter(self, paper: Paper) -> None:
        self.journal.write(paper)
        self.books.apply(paper)
