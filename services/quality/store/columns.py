"""Keys as the arrays that one statement for a whole batch takes."""

from collections.abc import Collection

from services.quality.domain.keys import LotKey

Arrays = tuple[list[str], list[str], list[str]]


def lot_arrays(lots: Collection[LotKey]) -> Arrays:
    """Plants, item numbers and lot numbers, in the order given."""
    return [lot.plant for lot in lots], [lot.item_no for lot in lots], [lot.lot_no for lot in lots]
