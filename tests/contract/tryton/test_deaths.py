"""Death at every changing call of a posting: whoever comes after resumes to the same end."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from decimal import Decimal

import pytest

from services.erp.domain.document import PostingDocument, Sought
from services.erp.domain.posting import Kind
from services.kit.lanes.outcome import Outcome, Posted, Unavailable, Unknown
from tests.contract.erp_system.stage import line, posting
from tests.contract.proxy import Deal, Visit, hang_up, hear_nothing
from tests.contract.tryton.stage import BUTTONS, Connect, TrytonStage, book
from tests.waiting import until

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]

CALLS = {
    Kind.YIELD: 4,
    Kind.SCRAP: 4,
    Kind.RETURN: 4,
    Kind.CONSUMPTION: 6,
    Kind.CLOSE: 7,
    Kind.REVERSAL: 2,
}
"""How many calls of it change something, once an order runs."""
_TRIES = 8


class Accident:
    """Harm at the changing call of a number; `happened` is what it was."""

    def __init__(self, number: int, harm: Deal) -> None:
        self.happened = ""
        self._left, self._harm = number, harm

    async def __call__(self, visit: Visit) -> bool:
        """Whether it was now."""
        self._left -= visit.method.endswith(BUTTONS)
        if self._left or self.happened:
            return False
        self.happened = visit.method
        await self._harm(visit)
        return True


class Drill:
    """Postings of a kind, each with an accident one call later than the last."""

    def __init__(self, kind: Kind, connect: Connect, stage: TrytonStage) -> None:
        self.kind = kind
        self.connect = connect
        self.stage = stage
        self.papers: list[PostingDocument] = []
        self.met: list[str] = []

    async def run(self, harm: Deal, *, mend: bool = False) -> None:
        """Until one came through unharmed; `mend` = Tryton has to be started again."""
        while len(self.met) == len(self.papers):
            accident = Accident(len(self.papers) + 1, harm)
            paper, undone = await self._prepare(f"{self.kind}-{len(self.papers)}")
            self.papers.append(paper)
            self.stage.proxy.fault = accident
            outcome = await self._try(paper, undone)
            self.stage.proxy.fault = None
            if accident.happened:
                self.met.append(accident.happened)
                assert isinstance(outcome, Unknown), f"{outcome} after {self.met}"
                if mend:
                    await self.stage.peer.start()
            else:
                assert isinstance(outcome, Posted)
            await self._carry(paper, undone)

    async def judge(self) -> None:
        """By Tryton's own books: every posting once, and nothing else."""
        await until(lambda: self.stage.read("productions"))
        moves = await self.stage.moves()
        wanted = "cancelled" if self.kind is Kind.REVERSAL else "done"
        for paper in self.papers:
            mine = [m for m in moves if any(paper.reference in note for note in m["notes"])]
            assert [m["state"] for m in mine] == [wanted] * self._moves_each, paper.reference
        assert not [m for m in moves if m["state"] != wanted and (m["notes"] or m["date"])]
        assert await self.stage.stock() == dict(self._stock())
        if self.kind is Kind.CLOSE:
            assert {await self.stage.state(p.order_no) for p in self.papers} == {"done"}

    async def _prepare(self, name: str) -> tuple[PostingDocument, str]:
        """A posting, and what it takes back."""
        stage, unit = self.stage, self.stage.unit
        match self.kind:
            case Kind.CLOSE:
                await stage.release(name)
                return posting(stage, name, self.kind, order_no=name), ""
            case Kind.REVERSAL:
                first = line(stage.made, "1", unit, "L-1")
                async with self.connect() as erp:
                    done = await book(erp, posting(stage, f"{name}-first", Kind.YIELD, first))
                return posting(stage, name, self.kind), done.document
            case Kind.CONSUMPTION:
                lines = [line(stage.used, "1", unit, f"R-{name}"), line(stage.used, "2", unit, "X")]
                return posting(stage, name, self.kind, *lines), ""
            case _:
                item = stage.used if self.kind is Kind.RETURN else stage.made
                return posting(stage, name, self.kind, line(item, "1", unit, f"L-{name}")), ""

    async def _try(self, paper: PostingDocument, undone: str) -> Outcome:
        """By somebody new, who finds first, as the lane does."""
        async with self.connect() as erp:
            found = await erp.find([Sought(paper.plant, paper.order_no, paper.reference)])
            if isinstance(found, Unavailable):
                return found
            if documents := found[paper.reference].documents:
                assert len(documents) == 1
                return Posted(documents[0])
            if undone:
                return await erp.cancel(paper, undone)
            return await erp.post(paper, found[paper.reference].version, ())

    async def _carry(self, paper: PostingDocument, undone: str) -> None:
        """To the end, with as many tries as a lane may need."""
        outcome: Outcome = Unknown("")
        for _ in range(_TRIES):
            outcome = await self._try(paper, undone)
            if isinstance(outcome, Posted):
                return
        raise AssertionError(f"{paper.reference} comes to no end: {outcome}")

    @property
    def _moves_each(self) -> int:
        return {Kind.CONSUMPTION: 2, Kind.CLOSE: 0}.get(self.kind, 1)

    def _stock(self) -> Iterable[tuple[tuple[str, str], Decimal]]:
        made, used = self.stage.made, self.stage.used
        if self.kind is Kind.CONSUMPTION:
            yield (used, "X"), Decimal(-2 * len(self.papers))
        for paper in self.papers:
            for one in paper.lines[:1]:
                match self.kind:
                    case Kind.YIELD:
                        yield (made, one.lot_no), Decimal(1)
                    case Kind.RETURN:
                        yield (used, one.lot_no), Decimal(1)
                    case Kind.CONSUMPTION:
                        yield (used, one.lot_no), Decimal(-1)
                    case _:
                        pass


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        # Scrap and return go the way of a yield.
        *((kind, hear_nothing) for kind in CALLS),
        *((kind, hang_up) for kind in CALLS if kind not in (Kind.SCRAP, Kind.RETURN)),
    ],
)
async def test_cut_off_at_any_call_it_is_resumed(
    kind: Kind, harm: Deal, connect: Connect, stage: TrytonStage
) -> None:
    drill = Drill(kind, connect, stage)
    await drill.run(harm)
    await drill.judge()
    assert len(drill.met) >= CALLS[kind], drill.met


@pytest.mark.parametrize(
    ("kind", "worked"),
    [(Kind.YIELD, False), (Kind.YIELD, True), (Kind.CONSUMPTION, False), (Kind.CLOSE, True)],
)
async def test_killed_at_any_call_it_is_resumed(
    kind: Kind, worked: bool, connect: Connect, stage: TrytonStage
) -> None:
    async def kill(visit: Visit) -> None:
        asked = asyncio.ensure_future(visit.forward())
        if worked:
            await asked
        await stage.peer.kill()
        with suppress(OSError):
            await asked

    drill = Drill(kind, connect, stage)
    await drill.run(kill, mend=True)
    await drill.judge()
    assert len(drill.met) >= CALLS[kind], drill.met
