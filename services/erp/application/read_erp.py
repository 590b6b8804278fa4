"""Use case: what an ERP says it has is read in our units."""

from typing import NamedTuple, Protocol, TypeVar

from services.erp.application.amounts import read_quantity
from services.erp.domain.codes import CodeTable
from services.erp.domain.reading import Sheet, Theirs
from services.erp.ports.mapping import Codes
from services.erp.ports.reading import Items
from services.kit.errors import InvalidError
from services.kit.measures import ItemLot, Measured


class Row(Protocol):
    """A figure of an ERP's, in its own words."""

    @property
    def goods(self) -> ItemLot:
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
    items: Items


async def translate(words: Words, system: str, plant: str, sheet: Sheet[R]) -> list[Theirs[R]]:
    """Each row in the item's base unit, by the lot's own ratio before the item's.

    One that cannot be read says so and holds up no other.
    """
    codes = await words.codes.table(system, plant, sheet.as_of)
    items = await words.items.known({row.goods for row in sheet.rows})
    return [_theirs(row, codes, items) for row in sheet.rows]


def _theirs(row: R, codes: CodeTable, items: Measured) -> Theirs[R]:
    try:
        quantity = read_quantity(row.amount, row.unit, codes, "quantity")
        known = row.goods.item_no in items
        return Theirs(row, items.convert(row.goods, quantity) if known else quantity)
    except InvalidError as error:
        return Theirs(row, None, error.code)
