"""A small plant's master data."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.kit.quantity import Quantity
from services.reference.domain.bill import Bill, BillLine
from services.reference.domain.change import AffectedItem, EngineeringChange, StockDisposition
from services.reference.domain.code import CodeDomain, Direction, Question
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.cost import StandardCost
from services.reference.domain.equipment import Equipment, Level
from services.reference.domain.item import Conversion, Item, ItemType
from services.reference.domain.item_state import Lifecycle
from services.reference.domain.location import Location, LocationType
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.master_data import MasterData
from services.reference.domain.party import Party, PartyRole
from services.reference.domain.plant import Plant
from services.reference.domain.reason import Category, Reason
from services.reference.domain.routing import Operation, Routing

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LYON = Plant("lyon", "Europe/Paris", "Lyon")
PIECE = Conversion("H87", "KGM", 1, 4)


def item(item_no: str = "widget", **change: Any) -> Item:
    """Counted in kilograms; a piece weighs 250 g."""
    plain = Item(item_no, "KGM", ItemType.FINISHED, lot_controlled=True, conversions=(PIECE,))
    return replace(plain, **{"lifecycle": Lifecycle.EFFECTIVE, **change})


def amount(value: str, unit: str = "KGM") -> Quantity:
    """So much of it."""
    return Quantity.parse(value, unit)


def bill(**change: Any) -> Bill:
    """100 kg of widgets take 120 kg of steel."""
    lines = (BillLine(10, "steel", amount("120")),)
    return replace(Bill("lyon", "widget", "1", "A", amount("100"), lines), **change)


def routing(**change: Any) -> Routing:
    """One step at the press."""
    return replace(
        Routing("lyon", "widget", "1", "A", (Operation(10, "press", "press-1"),)), **change
    )


def equipment(path: str = "lyon/hall", level: Level = Level.AREA, **change: Any) -> Equipment:
    """A hall of the plant."""
    return replace(Equipment(path, level), **change)


def mapping(code: str = "KG", canonical: str = "KGM", **change: Any) -> CodeMapping:
    """What erp-1 calls a unit."""
    plain = {"domain": CodeDomain.UOM, "system": "erp-1", "plant": ""}
    return CodeMapping(**{**plain, "code": code, "canonical": canonical, **change})


def asked(code: str = "KG", plant: str = "lyon", direction: Direction = Direction.IN) -> Question:
    """About a unit of erp-1."""
    return Question(CodeDomain.UOM, "erp-1", plant, code, direction)


def everything() -> MasterData:
    """All of it; nothing refers to what is not part of it."""
    return MasterData(
        items=[item(), item("steel", type=ItemType.RAW, conversions=())],
        plants=[LYON],
        boms=[bill()],
        routings=[routing()],
        equipment=[
            equipment("lyon", Level.SITE),
            equipment("lyon/hall/line-1", Level.PRODUCTION_LINE, work_center="press-1"),
            equipment(),
        ],
        parties=[Party("mill", PartyRole.SUPPLIER, "The mill")],
        code_mappings=[
            mapping(),
            mapping("W-1", "widget", domain=CodeDomain.ITEM, plant="lyon"),
            mapping("V-1", "mill", domain=CodeDomain.PARTY),
        ],
    )


def lot_conversion(**change: Any) -> LotConversion:
    """A piece of this lot weighs 260 g."""
    return replace(LotConversion("widget", "L-1", "H87", "KGM", 26, 100), **change)


def cost(**change: Any) -> StandardCost:
    """100 kg of widgets cost 250 euro."""
    return replace(StandardCost("widget", "lyon", "EUR", "250", amount("100")), **change)


def affected(before: str = "A", after: str = "B") -> AffectedItem:
    """The widget's next revision."""
    return AffectedItem("widget", after, StockDisposition.USE_UP, before)


def change(**given: Any) -> EngineeringChange:
    """The widget goes from A to B."""
    return replace(EngineeringChange("eco-1", "lyon", affected=(affected(),)), **given)


def reason(code: str = "worn", parent: str = "", **change: Any) -> Reason:
    """Why something is scrap."""
    return replace(Reason("scrap", code, Category.QUALITY, parent=parent), **change)


def location(storage_location: str = "main", bin: str = "", **change: Any) -> Location:
    """In lyon."""
    return replace(Location("lyon", storage_location, bin, LocationType.STORAGE), **change)
