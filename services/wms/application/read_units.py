"""Use cases: handling units are looked up."""

from collections.abc import Collection, Iterable

from services.kit.paging import Cut, Listing, Page
from services.wms.application.command_units import is_gone
from services.wms.domain.handling_unit import HandlingUnit
from services.wms.ports import Books, PackedUnit


async def look_up_units(books: Books, ssccs: Collection[str]) -> dict[str, PackedUnit]:
    """Those that exist, with what is in them, or was when they went to a customer."""
    return await _fill(books, (await books.units.look(ssccs)).values())


def listing_of_units(plant: str) -> Listing:
    """The handling units of a plant, by SSCC."""
    return Listing(f"wms.units/{plant}", (str,))


async def list_units(books: Books, plant: str, page: Page) -> Cut[PackedUnit]:
    """One page of them."""
    rows = await books.units.page(plant, page)
    packed = await _fill(books, rows)
    return page.cut([packed[one.sscc] for one in rows], lambda row: (row.unit.sscc,))


async def _fill(books: Books, units: Iterable[HandlingUnit]) -> dict[str, PackedUnit]:
    known = {one.sscc: one for one in units}
    gone = {sscc for sscc, one in known.items() if is_gone(one)}
    contents = await books.balances.of_units(known.keys() - gone) if known.keys() - gone else {}
    shipped = await books.units.shipped(gone) if gone else {}
    inside = contents | shipped
    return {sscc: PackedUnit(one, inside.get(sscc, ())) for sscc, one in known.items()}
