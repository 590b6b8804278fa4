"""Master data as they come, of every kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reference.domain.bill import Bill
from services.reference.domain.change import EngineeringChange
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.cost import StandardCost
from services.reference.domain.equipment import Equipment
from services.reference.domain.item import Item
from services.reference.domain.location import Location
from services.reference.domain.lot_conversion import LotConversion
from services.reference.domain.party import Party
from services.reference.domain.plant import Plant
from services.reference.domain.reason import Reason
from services.reference.domain.routing import Routing


@dataclass(frozen=True, slots=True)
class MasterData:
    """What comes together, in the parts of the contract.

    A version of 0 replaces whatever is there, another only that one. Code mappings become drafts.
    """

    items: Sequence[Item] = ()
    plants: Sequence[Plant] = ()
    boms: Sequence[Bill] = ()
    routings: Sequence[Routing] = ()
    equipment: Sequence[Equipment] = ()
    parties: Sequence[Party] = ()
    code_mappings: Sequence[CodeMapping] = ()
    locations: Sequence[Location] = ()
    reasons: Sequence[Reason] = ()
    changes: Sequence[EngineeringChange] = ()
    lot_conversions: Sequence[LotConversion] = ()
    standard_costs: Sequence[StandardCost] = ()


_MADE = ("plant", "item_no", "alternative", "revision")
PARTS: dict[str, tuple[type, tuple[str, ...]]] = {
    "items": (Item, ("item_no",)),
    "plants": (Plant, ("plant",)),
    "boms": (Bill, _MADE),
    "routings": (Routing, _MADE),
    "equipment": (Equipment, ("path",)),
    "parties": (Party, ("party_id",)),
    "locations": (Location, ("plant", "storage_location", "bin")),
    "reasons": (Reason, ("domain", "code")),
    "changes": (EngineeringChange, ("eco_no",)),
    "lot_conversions": (LotConversion, ("item_no", "lot_no", "source", "target")),
    "standard_costs": (StandardCost, ("item_no", "plant", "valid_from")),
}
"""Kind and fields of the natural key, by what a request calls them; code mappings are apart."""
