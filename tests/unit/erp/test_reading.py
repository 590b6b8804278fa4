"""What an ERP says it has, in our words."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from fractions import Fraction

from services.erp.application.read_erp import Words, translate
from services.erp.domain.codes import Code, CodeTable
from services.erp.domain.reading import DeliveryRow, Sheet, StockRow, not_readable
from services.kit.measures import ItemLot, Measured
from services.kit.quantity import Measures

NIGHT = datetime(2026, 5, 4, tzinfo=UTC)


class Codes:
    """ports.mapping.Codes: kilograms and pieces."""

    async def table(self, system: str, plant: str, at: datetime) -> CodeTable:
        """Two codes."""
        return CodeTable(system, plant, await self.all(system, plant), at)

    async def all(self, system: str, plant: str) -> Sequence[Code]:
        """Two codes."""
        return [Code("uom", "KG", "KGM"), Code("uom", "ST", "H87")]


class Items:
    """ports.reading.Items: a loaf weighs 500 g, one of the lot L5 as it was weighed."""

    async def known(self, goods: Collection[ItemLot]) -> Measured:
        """Of bread."""
        loaf, weighed = (("H87", "KGM", Fraction(grams, 1000)) for grams in (500, 512))
        return Measured({"BREAD": Measures("KGM", (loaf,))}, {ItemLot("BREAD", "L5"): [weighed]})


async def test_rows_are_in_base_units_and_one_that_is_not_understood_says_why() -> None:
    rows: tuple[StockRow | DeliveryRow, ...] = (
        StockRow("BREAD", "L1", "10", "ST"),
        StockRow("BREAD", "L2", "10", "KG"),
        StockRow("STONE", "", "3", "KG"),
        StockRow("BREAD", "L3", "1", "??"),
        StockRow("BREAD", "L4", "x", "KG"),
        StockRow("BREAD", "L5", "10", "ST"),
        DeliveryRow("4711", "BREAD", "10", "ST"),
    )
    found = await translate(Words(Codes(), Items()), "erp", "lyon", Sheet(rows, NIGHT))
    assert [(str(one.quantity), one.problem) for one in found] == [
        ("5 KGM", ""),
        ("10 KGM", ""),
        ("3 KGM", ""),
        ("None", "unmapped_code"),
        ("None", "not_a_decimal"),
        ("5.12 KGM", ""),
        ("5 KGM", ""),
    ]
    assert not_readable("sap", "its stock").code == "not_readable"
