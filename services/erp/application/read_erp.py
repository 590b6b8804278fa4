"""Use case: what an ERP says it has is read in our units."""

from typing import NamedTuple, Protocol, TypeVar

from services.erp.application.amounts import read_quantity
from services.erp.domain.codes import CodeTable
from services.erp.domain.reading import Sheet, Theirs
from services.erp.ports.mapping import Codes
from services.erp.ports.reading import Measured
from services.kit.errors import InvalidError
from services.kit.quantity import Measures


class Row(Protocol):
    """A figure of an ERP's, in its own words."""

    @property
    def item_no(self) -> str:
        """What there is so much of."""
        ...

    @property
    def amount(self) -> str:
        """A decimal string."""
        ...

    @property
    def unit(self) -> str:
        """The ERP's code."""
        ...


R = TypeVar("R", bound=Row)


class Words(NamedTuple):
    """What ERPs' words mean."""

    codes: Codes
    items: Measured


async def translate(words: Words, system: str, plant: str, sheet: Sheet[R]) -> list[Theirs[R]]:
    """Each row in the item's base unit; one that cannot be read says so and holds up no other."""
    codes = await words.codes.table(system, plant, sheet.as_of)
    items = await words.items.measures({row.item_no for row in sheet.rows})
    return [_theirs(row, codes, items.get(row.item_no)) for row in sheet.rows]


def _theirs(row: R, codes: CodeTable, item: Measures | None) -> Theirs[R]:
    try:
        quantity = read_quantity(row.amount, row.unit, codes, "quantity")
        return Theirs(row, item.convert(quantity) if item else quantity)
    except InvalidError as error:
        return Theirs(row, None, error.code)
