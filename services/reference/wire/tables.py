"""Which kinds of master data have a file, and what stands in it."""

from collections.abc import Sequence

from services.reference.application.load_master_data import Target
from services.reference.domain.bill import BillLine
from services.reference.domain.change import AffectedItem, AffectedOrder
from services.reference.domain.code_mapping import CodeMapping
from services.reference.domain.item import Conversion
from services.reference.domain.master_data import PARTS
from services.reference.domain.routing import Operation
from services.reference.wire.shape import THEIRS, fields_of
from services.reference.wire.table import Inner, Table

_SAID = (
    *("domain", "system", "plant", "code", "canonical", "direction", "revision"),
    *("valid_from", "valid_to"),
)


def _table(part: str, *lists: tuple[str, type], only: Sequence[str] = ()) -> Table:
    kind, key = PARTS[part]
    elsewhere = {"version", "conversions", *(name for name, _ in lists)}
    own = tuple(
        field
        for field in fields_of(kind)
        if field.ours not in elsewhere and (not only or field.ours in only)
    )
    names = tuple(THEIRS.get(name, name) for name in key)
    inner = tuple(Inner(name, holds, fields_of(holds)) for name, holds in lists)
    return Table(Target(part, kind, bool(only)), own, names, inner)


TABLES = {
    "items": _table("items"),
    "conversions": _table("items", ("conversions", Conversion), only=("item_no",)),
    "plants": _table("plants"),
    "boms": _table("boms", ("lines", BillLine)),
    "routings": _table("routings", ("operations", Operation)),
    "equipment": _table("equipment"),
    "parties": _table("parties"),
    "locations": _table("locations"),
    "reasons": _table("reasons"),
    "changes": _table("changes", ("affected", AffectedItem), ("open_orders", AffectedOrder)),
    "lot_conversions": _table("lot_conversions"),
    "standard_costs": _table("standard_costs"),
    "codes": Table(
        Target("code_mappings", CodeMapping),
        tuple(field for field in fields_of(CodeMapping) if field.ours in _SAID),
        ("domain", "system", "plant", "code"),
    ),
}
"""By what a kind is called."""
