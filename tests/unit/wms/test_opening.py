"""What an opening moves, and how it compares, on books in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.kit.clock import Instant
from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.kit.loading import Outcome
from services.kit.quantity import Quantity
from services.wms.application.open_stock import compare_stock, open_stock
from services.wms.domain.opening import Counted, Opening
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import MovementType
from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.moves import NOON, issue, kg, place, receive
from tests.unit.wms.use_cases import carry, stock

BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


class MemoryOpenings:
    """ports.Openings over what a warehouse has booked."""

    def __init__(self, warehouse: MemoryWarehouse) -> None:
        self.rows: dict[Place, Opening] = {}
        self._warehouse = warehouse

    async def get(self, places: Collection[Place]) -> dict[Place, Opening]:
        """By place."""
        return {one: self.rows[one] for one in places if one in self.rows}

    async def live(self, until: Mapping[Place, datetime | None]) -> dict[Place, Decimal]:
        """Both sides of what was booked."""
        found: dict[Place, Decimal] = {}
        for one in self._warehouse.rows.booked:
            for there, change in one.effect.legs():
                limit = until.get(there)
                late = limit is not None and limit < one.movement.occurred_at.moment
                opens = one.movement.type is MovementType.OPENING_BALANCE
                if there in until and not late and not opens:
                    found[there] = found.get(there, Decimal(0)) + change.value
        return found

    async def put(self, openings: Sequence[Opening]) -> None:
        """By place."""
        self.rows |= {one.counted.place: one for one in openings}

    async def page(self, plant: str, after: Place | None) -> Sequence[Opening]:
        """All of them."""
        return list(self.rows.values())


class Books:
    """A warehouse and its openings."""

    def __init__(self) -> None:
        self.warehouse = MemoryWarehouse()
        self.openings = MemoryOpenings(self.warehouse)

    async def open(self, *rows: Counted) -> list[str]:
        """What became of each."""
        async with self.warehouse.work() as books:
            return [str(one.outcome) for one in await open_stock(books, self.openings, rows)]

    async def compare(self, row: Counted) -> tuple[str, str, str]:
        """Outcome, and both values."""
        async with self.warehouse.work() as books:
            [one] = await compare_stock(books, self.openings, [row])
        return str(one.outcome), one.told, one.found


@pytest.fixture
def books() -> Books:
    return Books()


def counted(amount: str, at: datetime = BEFORE, name: str = "FLOUR/F1", **of: Any) -> Counted:
    """Kilograms."""
    return Counted(place(name, **of), kg(amount), Instant(at))


async def test_a_correction_moves_what_differs_and_a_row_of_before_nothing(books: Books) -> None:
    assert await books.open(counted("100"), counted("0", name="FLOUR/F2")) == ["created"] * 2
    assert await books.open(counted("100")) == ["unchanged"]
    await carry(books.warehouse, issue("i1", "30"))
    assert await books.open(counted("90")) == ["corrected"]
    assert await books.open(counted("80", BEFORE - timedelta(days=1))) == ["superseded"]
    assert await stock(books.warehouse, "FLOUR/F1") == ["60 FLOUR lot F1, unrestricted"]
    moves = [one.movement for one in books.warehouse.rows.booked if "opening" in one.movement.type]
    assert [str(one.quantity) for one in moves] == ["100 KGM", "-10 KGM"]
    assert [one.reference.text[-2:] for one in moves] == ["/1", "/2"]
    assert len({one.reference.text[:-2] for one in moves}) == 1


async def test_what_was_moved_before_it_was_counted_is_part_of_it(books: Books) -> None:
    await carry(books.warehouse, receive("r1", "40"))
    assert await books.open(counted("40", AFTER)) == ["created"]
    assert await stock(books.warehouse, "FLOUR/F1") == ["40 FLOUR lot F1, unrestricted"]
    assert await books.open(counted("50", AFTER)) == ["corrected"]
    assert await stock(books.warehouse, "FLOUR/F1") == ["50 FLOUR lot F1, unrestricted"]


async def test_a_recount_explains_what_was_moved_since(books: Books) -> None:
    row = counted("100")
    assert await books.compare(row) == ("missing", "100 KGM", "0 KGM")
    await books.open(row)
    assert await books.compare(row) == (Outcome.UNCHANGED, "", "")
    await carry(books.warehouse, issue("i1", "30"))
    assert await books.compare(row) == (Outcome.SUPERSEDED, "100 KGM", "70 KGM")
    assert await books.compare(counted("99")) == (Outcome.DIFFERENT, "99 KGM", "100 KGM")
    old = counted("99", BEFORE - timedelta(days=1))
    assert await books.compare(old) == (Outcome.SUPERSEDED, "99 KGM", "70 KGM")
    balances = books.warehouse.rows.balances
    balances[row.place] = replace(balances[row.place], quantity=kg("71"))
    assert await books.compare(row) == (Outcome.DIFFERENT, "100 KGM", "71 KGM")


LITRES = "rows[1].quantity.unit"
REFUSED = (
    (counted("1", name="CAKE/C1"), NotFoundError, "rows[1].item_no"),
    (
        Counted(place(), Quantity.parse("1", "LTR"), Instant(NOON)),
        InvalidError,
        "rows[1].quantity.unit",
    ),
    (counted("1", name="FLOUR/F7"), ConflictError, "rows[1].quantity"),
)


@pytest.mark.parametrize(("row", "kind", "field"), REFUSED)
async def test_a_refusal_names_the_row(
    books: Books, row: Counted, kind: type[DomainError], field: str
) -> None:
    await books.open(counted("10", name="FLOUR/F7"))
    await carry(books.warehouse, issue("i1", "10", "FLOUR/F7"))
    with pytest.raises(kind) as caught:
        await books.open(counted("5"), row)
    assert caught.value.field == field


def test_nothing_is_counted_below_zero_or_on_its_way() -> None:
    with pytest.raises(InvalidError, match="cannot lie there"):
        counted("-1")
    with pytest.raises(InvalidError, match="lies nowhere"):
        counted("1", status=Status.IN_TRANSIT)


async def test_a_file_loaded_again_opens_what_it_opened_whatever_a_roll_is_today(
    books: Books,
) -> None:
    rolls = Counted(place("FILM/L7"), Quantity.parse("2", "XRO"), Instant(BEFORE))
    await books.warehouse.measure("FILM/L7", ("XRO", "MTK", Fraction(825, 2)))
    assert await books.open(rolls) == ["created"]
    await books.warehouse.measure("FILM/L7", ("XRO", "MTK", Fraction(398)))
    assert await books.open(rolls) == ["unchanged"]
    assert (await books.compare(rolls))[0] == "unchanged"
    assert await stock(books.warehouse, "FILM/L7") == ["825 FILM lot L7, unrestricted"]
    # Counted anew it is a figure of its own, and of today.
    anew = Counted(place("FILM/L7"), Quantity.parse("3", "XRO"), Instant(AFTER))
    assert await books.open(anew) == ["corrected"]
    assert await stock(books.warehouse, "FILM/L7") == ["1194 FILM lot L7, unrestricted"]
