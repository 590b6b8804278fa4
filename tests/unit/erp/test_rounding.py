"""An ERP with few decimals gets whole parts, and the order's total all the same."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

import pytest

from services.erp.application.round_posting import round_posting
from services.erp.domain.document import LineDocument, PostingDocument
from services.erp.domain.posting import Kind, Posting
from services.erp.domain.rounding import Measured, Precision, Share, rounded, share
from services.kit.errors import InvalidError
from tests.unit.erp.memory import posting as any_posting

KG3 = Precision({"KG": 3, "PC": 0})


def line(amount: str, unit: str = "KG", item_no: str = "steel") -> LineDocument:
    return LineDocument(item_no, "", Decimal(amount), unit, "")


@dataclass
class MemoryRounding:
    """By reference."""

    rows: dict[str, tuple[str, Sequence[Share]]] = field(default_factory=dict)
    taken_back: dict[str, str] = field(default_factory=dict)

    async def before(
        self, system: str, posting: Posting, measured: Collection[Measured]
    ) -> Mapping[Measured, tuple[Decimal, Decimal]]:
        found: dict[Measured, tuple[Decimal, Decimal]] = {}
        for reference, (kind, shares) in self.rows.items():
            if reference == posting.reference or reference in self.taken_back:
                continue
            for one in shares if kind == posting.kind else ():
                wanted, posted = found.get((one.item_no, one.unit), (Decimal(0), Decimal(0)))
                total = wanted + one.exact, posted + one.posted
                found[one.item_no, one.unit] = total
        return {key: total for key, total in found.items() if key in measured}

    async def of(self, system: str, reference: str) -> Sequence[Share]:
        return self.rows.get(reference, ("", ()))[1]

    async def put(self, system: str, posting: Posting, shares: Sequence[Share]) -> None:
        self.rows[posting.reference] = posting.kind, shares

    async def take_back(self, system: str, reference: str, by: str) -> None:
        self.taken_back[reference] = by


@dataclass
class Books:
    """Rounds one posting after the other."""

    rounding: MemoryRounding = field(default_factory=MemoryRounding)

    async def post(self, name: str, *amounts: str, kind: Kind = Kind.CONSUMPTION) -> list[str]:
        posting = replace(any_posting(name), kind=kind)
        lines = tuple(map(line, amounts))
        document = PostingDocument(
            *("lyon", "4711", name, kind, lines, posting.occurred_at, posting.business_date)
        )
        shares = await round_posting(self.rounding, "erp-1", posting, document, KG3)
        return [str(one.amount) for one in rounded(lines, shares)]


async def test_the_sum_of_the_parts_is_the_rounded_total() -> None:
    books = Books()
    parts = [await books.post(f"p-{n}", "3.3333") for n in range(3)]
    assert parts == [["3.333"], ["3.334"], ["3.333"]]
    # Two lines of one posting share what is left over, another kind has its own.
    assert await books.post("p-3", "0.0005", "0.0006") == ["0.001"]
    assert await books.post("y-1", "3.3333", kind=Kind.SCRAP) == ["3.333"]


async def test_tried_again_it_is_rounded_as_before_and_mended_anew() -> None:
    books = Books()
    await books.post("p-0", "3.3333")
    second = await books.post("p-1", "3.3333")
    await books.post("p-2", "3.3333")
    assert await books.post("p-1", "3.3333") == second == ["3.334"]
    assert await books.post("p-1", "1") == ["1.000"]


async def test_a_part_of_nothing_is_refused_and_carried() -> None:
    books = Books()
    with pytest.raises(InvalidError) as refused:
        await books.post("p-0", "0.0004")
    assert (refused.value.code, refused.value.field) == ("rounds_to_nothing", "lines")
    assert await books.post("p-1", "1.0003") == ["1.001"]


async def test_what_was_taken_back_counts_no_more() -> None:
    books = Books()
    await books.post("p-0", "3.3333")
    await books.post("p-1", "3.3333")
    reversal = replace(any_posting("r-1"), kind=Kind.REVERSAL, lines=(), reverses="p-1")
    document = PostingDocument(
        *("lyon", "4711", "r-1", Kind.REVERSAL, (), reversal.occurred_at, reversal.business_date)
    )
    assert await round_posting(books.rounding, "erp-1", reversal, document, KG3) == ()
    assert rounded((), ()) == ()
    assert await books.post("p-2", "3.3333") == ["3.334"]


def test_a_unit_without_a_rule_is_exact() -> None:
    lines = [line("1.23456", "L"), line("2.5", "PC")]
    assert [one.posted for one in share(lines, KG3, {})] == [Decimal(3)]
    assert [one.posted for one in share(lines, Precision({"*": 1}), {})] == [
        Decimal("1.2"),
        Decimal("2.5"),
    ]
    assert share(lines, Precision({}), {}) == []


@pytest.mark.parametrize("setting", [3, {"KG": "3"}, {"KG": -1}, {"KG": 13}, {"KG": True}])
def test_a_setting_that_is_no_number_of_decimals_is_refused(setting: object) -> None:
    with pytest.raises(InvalidError) as refused:
        Precision.read(setting)
    assert refused.value.field == "settings.decimals"
    assert Precision.read({"KG": 3}) == Precision({"KG": 3})
