"""What every book-keeping must do: run on memory in unit tests, on PostgreSQL in component tests.

A subclass gives the fixture `shelf`.
"""
# ruff: noqa: D102 - a test's name is its sentence

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import date
from typing import Any, Protocol

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.reference.application.put_master_data import put_master_data
from services.reference.application.read_state import read_state
from services.reference.application.resolve_codes import resolve_codes
from services.reference.domain.bill import BillLine
from services.reference.domain.code import CodeDomain
from services.reference.domain.equipment import Level
from services.reference.domain.master_data import MasterData
from services.reference.ports import Books
from tests.unit.reference.examples import (
    LYON,
    amount,
    asked,
    bill,
    equipment,
    everything,
    item,
    mapping,
    routing,
)

MAY = date(2026, 5, 1)


class Shelf(Protocol):
    """Units of work over some books."""

    def work(self) -> AbstractAsyncContextManager[Books]:
        """All or nothing."""
        ...

    async def told(self) -> list[str]:
        """Key and name of what was told, in the order of the keys."""
        ...


async def put(shelf: Shelf, data: MasterData | None = None, **parts: Any) -> int:
    """How many changed."""
    async with shelf.work() as books:
        return len(await put_master_data(books, data or MasterData(**parts), steward="ann"))


class MasterDataContract:
    """Creating and replacing."""

    async def test_all_of_it_is_stored_told_and_read_back(self, shelf: Shelf) -> None:
        data = everything()
        assert await put(shelf, data) == 12
        assert await shelf.told() == [
            "*/code/party/erp-1/V-1 CodeDrafted",
            "*/code/uom/erp-1/KG CodeDrafted",
            "*/item/steel ItemChanged",
            "*/item/widget ItemChanged",
            "*/party/mill PartyChanged",
            "lyon/bom/widget/1/A BomChanged",
            "lyon/code/item/erp-1/W-1 CodeDrafted",
            "lyon/equipment EquipmentChanged",
            "lyon/equipment/hall EquipmentChanged",
            "lyon/equipment/hall/line-1 EquipmentChanged",
            "lyon/plant PlantChanged",
            "lyon/routing/widget/1/A RoutingChanged",
        ]
        async with shelf.work() as books:
            assert await books.items.get([("widget",)]) == [item(version=1)]
            assert await books.boms.get([("lyon", "widget")], by=("plant", "item_no")) == [
                bill(version=1)
            ]
            assert await books.routings.after(None, 9) == [routing(version=1)]
            assert [one.path for one in await books.equipment.after(("lyon",), 1)] == ["lyon/hall"]

    async def test_what_is_the_same_changes_nothing(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        told = await shelf.told()
        assert await put(shelf, everything()) == 0
        assert await shelf.told() == told

    async def test_a_change_raises_the_version(self, shelf: Shelf) -> None:
        await put(shelf, items=[item()])
        assert await put(shelf, items=[item(description="new", version=1)]) == 1
        async with shelf.work() as books:
            [stored] = await books.items.get([("widget",)])
        assert (stored.version, stored.description) == (2, "new")

    @pytest.mark.parametrize(
        ("parts", "error", "code", "field"),
        [
            ({"items": [item(version=1)]}, ConflictError, "stale_version", "items[0].version"),
            (
                {"items": [item(base_unit="H87")]},
                ConflictError,
                "base_unit_fixed",
                "items[0].base_unit",
            ),
            (
                {"parties": list(everything().parties) * 2},
                InvalidError,
                "duplicate",
                "parties[1]",
            ),
            ({"boms": [bill(plant="nice")]}, NotFoundError, "unknown_plant", "boms[0].plant"),
            ({"boms": [bill(item_no="nut")]}, NotFoundError, "unknown_item", "boms[0].item_no"),
            (
                {"boms": [bill(base_quantity=amount("1", "LTR"))]},
                InvalidError,
                "unit_mismatch",
                "boms[0].base_quantity.unit",
            ),
            (
                {
                    "boms": [
                        bill(valid_to=MAY),
                        bill(revision="B", valid_from=MAY, lines=(BillLine(1, "x", amount("1")),)),
                    ]
                },
                NotFoundError,
                "unknown_item",
                "boms[1].lines[0].component_item_no",
            ),
            (
                {"boms": [bill(lines=(BillLine(1, "steel", amount("1", "H87")),))]},
                InvalidError,
                "unit_mismatch",
                "boms[0].lines[0].quantity.unit",
            ),
            (
                {"routings": [routing(item_no="nut")]},
                NotFoundError,
                "unknown_item",
                "routings[0].item_no",
            ),
            (
                {"equipment": [equipment("nice/hall")]},
                NotFoundError,
                "unknown_plant",
                "equipment[0].path",
            ),
            (
                {"equipment": [equipment("lyon/attic/press", Level.WORK_UNIT)]},
                NotFoundError,
                "unknown_equipment",
                "equipment[0].path",
            ),
            (
                {"equipment": [equipment("lyon/hall/hall")]},
                InvalidError,
                "wrong_level",
                "equipment[0].level",
            ),
            (
                {"code_mappings": [mapping(plant="nice")]},
                NotFoundError,
                "unknown_plant",
                "code_mappings[0].code.plant",
            ),
            (
                {"code_mappings": [mapping(domain=CodeDomain.ITEM, canonical="nut")]},
                NotFoundError,
                "unknown_item",
                "code_mappings[0].canonical",
            ),
            (
                {"code_mappings": [mapping(domain=CodeDomain.PARTY, canonical="nut")]},
                NotFoundError,
                "unknown_party",
                "code_mappings[0].canonical",
            ),
        ],
    )
    async def test_a_refusal_names_the_part_and_leaves_nothing(
        self, shelf: Shelf, parts: dict[str, Any], error: type[DomainError], code: str, field: str
    ) -> None:
        await put(shelf, everything())
        await put(shelf, items=[item(description="twice")])
        before = await shelf.told()
        with pytest.raises(error) as refused:
            await put(shelf, MasterData(**{"plants": [replace(LYON, name="new")], **parts}))
        assert (refused.value.code, refused.value.field) == (code, field)
        assert await shelf.told() == before


class StateContract:
    """Where subscribers start."""

    async def test_the_state_is_all_that_was_told(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        async with shelf.work() as books:
            await resolve_codes(books, [asked("PC")], None)
            parts = [len(part) async for part in read_state(books)]
        assert sum(parts) == len(await shelf.told()) == 13
