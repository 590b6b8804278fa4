"""Where a client enters the reference subgraph."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import strawberry

from services.kit.access.policy import visible_plants
from services.kit.graph import Connection, read_page, reading
from services.kit.paging import Listing
from services.reference import policy
from services.reference.application.find_effective import Made, find_effective
from services.reference.application.read_state import WAITING
from services.reference.domain.code_state import Status
from services.reference.graph.bom import EffectiveMasterData
from services.reference.graph.code import CodeMapping, WaitingCode
from services.reference.graph.context import Asked
from services.reference.graph.location import Location
from services.reference.graph.reason import Reason
from services.reference.graph.records import Item, Party, Plant
from services.reference.ports import Chosen

Node = TypeVar("Node")
ITEMS, PARTIES, REASONS = (
    Listing("reference.graph.items", (str,)),
    Listing("reference.graph.parties", (str,)),
    Listing("reference.graph.reasons", (str, str)),
)
_VERSION = (str, str, str, str, int)


@strawberry.type(description="What can be asked.")
class Query:
    """Machines come by their id, through the gateway."""

    @strawberry.field(description="Items by number.")
    async def items(
        self, info: Asked, first: int = 50, after: str | None = None
    ) -> Connection[Item] | None:
        """A page."""
        return await _page(info, "items", ITEMS, (first, after), Item.of)

    @strawberry.field(description="The item of this number; null where nobody knows it.")
    async def item(self, info: Asked, item_no: str) -> Item | None:
        """One."""
        policy.may_read()
        async with reading(info) as books:
            found = await books.items.get([(item_no,)])
        return Item.of(found[0]) if found else None

    @strawberry.field(description="Parties by id.")
    async def parties(
        self, info: Asked, first: int = 50, after: str | None = None
    ) -> Connection[Party] | None:
        """A page."""
        return await _page(info, "parties", PARTIES, (first, after), Party.of)

    @strawberry.field(description="The party of this id; null where nobody knows it.")
    async def party(self, info: Asked, party_id: str) -> Party | None:
        """One."""
        policy.may_read()
        async with reading(info) as books:
            found = await books.parties.get([(party_id,)])
        return Party.of(found[0]) if found else None

    @strawberry.field(description="Places of a plant where material lies, by storage location.")
    async def locations(
        self, info: Asked, plant: str, first: int = 50, after: str | None = None
    ) -> Connection[Location] | None:
        """A page."""
        policy.may_read([(plant, "plant")])
        page = read_page(Listing(f"reference.graph.locations/{plant}", (str, str)), first, after)
        place = (plant, *map(str, page.after or ("", "")))
        async with reading(info) as books:
            rows = await books.locations.after(place, page.limit)
        here = [one for one in rows if one.plant == plant]
        return Connection.of(page, page.cut(here, lambda one: one.key[1:]), Location.of)

    @strawberry.field(description="Reasons, by domain and code.")
    async def reasons(
        self, info: Asked, first: int = 50, after: str | None = None
    ) -> Connection[Reason] | None:
        """A page."""
        return await _page(info, "reasons", REASONS, (first, after), Reason.of)

    @strawberry.field(description="What codes mean, every version; all, or those of a system.")
    async def codes(
        self,
        info: Asked,
        system: str = "",
        status: Status | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> Connection[CodeMapping] | None:
        """A page of the plants that the caller sees, and of every plant."""
        chosen = Chosen(visible_plants(policy.may_read()), system, status)
        listing = Listing(f"reference.graph.codes {system} {status or ''}", _VERSION)
        page = read_page(listing, first, after)
        async with reading(info) as books:
            rows = await books.code_mappings.after(page.after, page.limit, chosen)
        return Connection.of(page, page.cut(rows, lambda one: one.place), CodeMapping.of)

    @strawberry.field(description="Codes that wait for a steward, oldest first.")
    async def waiting_codes(
        self, info: Asked, first: int = 50, after: str | None = None
    ) -> Connection[WaitingCode] | None:
        """Of the plants that the caller sees, and of no plant."""
        plants = visible_plants(policy.may_read())
        page = read_page(WAITING, first, after)
        async with reading(info) as books:
            rows = await books.queue.page(plants, page)
        return Connection.of(page, page.cut(rows, lambda row: row[:1]), WaitingCode.of)

    @strawberry.field(description="A plant; null where nobody knows it.")
    async def plant(self, info: Asked, plant: str) -> Plant | None:
        """One."""
        policy.may_read([(plant, "plant")])
        async with reading(info) as books:
            found = await books.plants.get([(plant,)])
        return Plant.of(found[0]) if found else None

    @strawberry.field(description="What applies to an item at a plant on a business day of it.")
    async def effective(
        self, info: Asked, plant: str, item_no: str, on: date, alternative: str = ""
    ) -> EffectiveMasterData | None:
        """Null where nobody knows the item."""
        policy.may_read([(plant, "plant")])
        async with reading(info) as books:
            found = await find_effective(books, [Made(plant, item_no, alternative, on)])
        return EffectiveMasterData.of(found[0]) if found else None


async def _page(
    info: Asked,
    part: str,
    listing: Listing,
    asked: tuple[int, str | None],
    node: Callable[[Any], Node],
) -> Connection[Node]:
    policy.may_read()
    page = read_page(listing, *asked)
    place = None if page.after is None else tuple(map(str, page.after))
    async with reading(info) as books:
        rows = await getattr(books, part).after(place, page.limit)
    return Connection.of(page, page.cut(rows, lambda one: one.key), node)
