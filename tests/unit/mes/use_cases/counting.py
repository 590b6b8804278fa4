"""What machines tell, what is booked of it, and what people say to the rest."""

from dataclasses import replace

import pytest

from services.kit.errors import DomainError
from services.kit.paging import Page
from services.mes.application.attribute_counts import (
    Attribution,
    attribute_counts,
    list_uncounted,
    listing_of_uncounted,
)
from services.mes.application.confirm_operations import Result
from services.mes.application.count_production import count_production
from services.mes.domain.confirmation import Booked
from services.mes.domain.counting import Outcome, Uncounted
from services.mes.domain.look import Look, Reading
from tests.unit.mes.looks import good, look
from tests.unit.mes.reports import LYON, kg, order_key, plan
from tests.unit.mes.use_cases.steps import Floor, create

BOOKED, UNCOUNTED, NOTHING = Outcome.BOOKED, Outcome.UNCOUNTED, Outcome.NOTHING


async def count(floor: Floor, *looks: Look) -> list[Outcome]:
    """One run."""
    async with floor.work() as books:
        return await count_production(books, looks)


async def booked(floor: Floor, order_no: str = "4711") -> list[Booked]:
    """The order's confirmations."""
    async with floor.work() as books:
        return (await books.confirmations.of_orders([order_key(order_no)])).get(
            order_key(order_no), []
        )


async def made(floor: Floor, order_no: str = "4711") -> list[str]:
    """The yields, in order."""
    return [one.report.good.text for one in await booked(floor, order_no)]


async def waiting(floor: Floor, *, settled: bool = False) -> list[Uncounted]:
    """What could not be booked, read in pages of two."""
    listing, found = listing_of_uncounted(LYON, settled=settled), list[Uncounted]()
    async with floor.work() as books:
        cut = await list_uncounted(books, LYON, Page(listing, 2), settled=settled)
        found += cut.rows
        while cut.has_more:
            page = Page.read(listing, 2, cut.end_cursor)
            cut = await list_uncounted(books, LYON, page, settled=settled)
            found += cut.rows
    return found


async def codes(floor: Floor) -> list[tuple[str, str]]:
    """Quantity and code of each."""
    return [
        (one.difference.quantity.text, one.difference.doubt.code if one.difference.doubt else "")
        for one in await waiting(floor)
    ]


async def attribute(floor: Floor, *given: Attribution, by: str = "anna") -> list[Result]:
    """One batch."""
    async with floor.work() as books:
        return await attribute_counts(books, LYON, given, by)


async def refused(floor: Floor, *given: Attribution) -> tuple[type[DomainError], str, str]:
    """Kind, code and field."""
    with pytest.raises(DomainError) as caught:
        await attribute(floor, *given)
    return type(caught.value), caught.value.code, caught.value.field


async def begin(floor: Floor, *readings: Reading) -> None:
    """An order that runs, and a press at zero."""
    await create(floor, plan())
    zeros = [replace(one, total=kg("0")) for one in readings or (good("0"),)]
    assert await count(floor, look(0, *zeros)) == [NOTHING]
