"""What every book-keeping must do with codes that nobody mapped, and with what waits for them.

A subclass gives the fixture `shelf`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

import pytest

from services.kit.errors import InvalidError
from services.kit.paging import Page
from services.reference.application.read_state import WAITING
from services.reference.application.report_waiting import Report, report_waiting
from services.reference.domain.code import CodeDomain, Direction, Document
from tests.unit.reference.code_steps import DAY, approve, draft, resolve, say
from tests.unit.reference.examples import LYON, NOON, asked, mapping
from tests.unit.reference.use_cases import Shelf, put


async def waiting(shelf: Shelf, plants: list[str] | None = None) -> list[tuple[str, int, int]]:
    """Codes that wait, how often they were met, and how many documents wait for each."""
    async with shelf.work() as books:
        rows = await books.queue.page(plants, Page(WAITING))
    return [(one.unmapped.question.code, one.unmapped.seen, one.documents) for _, one in rows]


def document(key: str, code: str = "PC", at: int = 0, **change: str) -> Document:
    """An order that came at noon and is of so many days later."""
    question = replace(asked(code), **change)  # type: ignore[arg-type]
    return Document(question, "order", key, NOON, NOON + at * DAY)


async def report(shelf: Shelf, round: str, *documents: Document, last: bool = True) -> int:
    """Of erp about erp-1."""
    async with shelf.work() as books:
        return await report_waiting(books, Report("erp", "erp-1", round, documents, last))


class WaitingContract:
    """All of it."""

    async def test_what_nobody_mapped_waits_and_is_told_once(self, shelf: Shelf) -> None:
        question = asked("PC")
        for _ in range(3):
            assert await resolve(shelf, question, question) == ([], [question, question])
        assert await waiting(shelf) == [("PC", 3, 0)]
        assert await shelf.told() == ["lyon/unmapped/in/uom/erp-1/PC CodeUnmapped"]

    async def test_an_approval_lets_go_what_waited_for_it(self, shelf: Shelf) -> None:
        await put(shelf, plants=[LYON])
        out = asked("H87", direction=Direction.OUT)
        await resolve(shelf, asked("PC"), asked("PC", plant="nice"), asked("BX"), out)
        await draft(shelf, mapping("PC", "H87", plant="lyon"))
        assert len(await waiting(shelf)) == 4
        await approve(shelf, mapping("PC", "H87", plant="lyon"))
        assert sorted(await waiting(shelf)) == [("BX", 1, 0), ("PC", 1, 0)]
        assert await say(shelf, mapping("PC", "EA")) == [1]
        assert await waiting(shelf) == [("BX", 1, 0)]
        assert await waiting(shelf, ["nice"]) == []

    async def test_what_waits_behind_a_code_is_shown_and_let_go(self, shelf: Shelf) -> None:
        await say(shelf, mapping())
        assert await report(
            shelf, "r-1", document("a"), document("b"), document("c", "KG"), last=False
        ) == 2  # fmt: skip
        assert await report(shelf, "r-1", document("d", "BX")) == 1
        assert await waiting(shelf) == [("PC", 2, 2), ("BX", 1, 1)]
        # The next round: b was corrected at its source, e is new, and a is told again.
        await report(shelf, "r-2", document("a"), document("e"), document("d", "BX"))
        assert await waiting(shelf) == [("PC", 3, 2), ("BX", 1, 1)]
        async with shelf.work() as books:
            [(_, first), _] = await books.queue.page(None, Page(WAITING))
            behind = await books.queue.documents(asked("PC"), Page(WAITING))
        assert [one.key for one in first.first] == ["a", "e"] == [one.key for _, one in behind]
        assert first.unmapped.owner == "master-data"
        await say(shelf, mapping("PC", "H87"))
        assert await waiting(shelf) == [("BX", 1, 1)]
        await report(shelf, "r-3")
        assert await waiting(shelf) == []

    async def test_an_answer_for_another_time_lets_nothing_go(self, shelf: Shelf) -> None:
        await report(shelf, "r-1", document("old", at=-9), document("new", at=1))
        await say(shelf, mapping("PC", "H87", valid_from=NOON))
        assert await waiting(shelf) == [("PC", 2, 1)]
        assert await report(shelf, "r-2", document("old", at=-9), document("new", at=1)) == 1

    async def test_what_lacks_a_record_waits_for_it_and_nothing_can_be_mapped(
        self, shelf: Shelf
    ) -> None:
        cost = document("lyon/m-1", "steel", domain=CodeDomain.STANDARD_COST, system="valuation")
        book = Report("erp", "valuation", "r-1", [cost], last=True)
        async with shelf.work() as books:
            assert await report_waiting(books, book) == 1
        assert await waiting(shelf) == [("steel", 1, 1)]
        async with shelf.work() as books:
            [(_, one)] = await books.queue.page(None, Page(WAITING))
        assert one.unmapped.owner == "finance"
        for act, field in (
            (lambda: resolve(shelf, asked("PC"), cost.question), "codes[1].domain"),
            (lambda: draft(shelf, mapping(domain=CodeDomain.ITEM_RECORD)), "code.domain"),
        ):
            with pytest.raises(InvalidError) as refused:
                await act()
            assert (refused.value.code, refused.value.field) == ("not_a_code", field)
        async with shelf.work() as books:
            await report_waiting(books, replace(book, round="r-2", documents=[]))
        assert await waiting(shelf) == []
