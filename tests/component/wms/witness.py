"""What PostgreSQL saw, in the order of the lots' locks, and whether a hold forbade any of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.wms.domain.hold import Block
from services.wms.domain.rules import MovementType
from tests.component.wms.warehouse import Warehouse
from tests.unit.wms.restraints import FORBIDDEN, FORBIDDEN_BACK

_SWORN_IN = (
    "CREATE TABLE witness (no bigserial PRIMARY KEY, seen jsonb)",
    # Both are written under the lock of the lot: the numbers have the order of the locks.
    """CREATE FUNCTION testify() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO witness (seen) VALUES (to_jsonb(NEW));
            RETURN NULL;
        END $$""",
    """CREATE TRIGGER seen AFTER INSERT ON movement
        FOR EACH ROW EXECUTE FUNCTION testify()""",
    """CREATE TRIGGER seen AFTER INSERT OR UPDATE ON lot_hold
        FOR EACH ROW EXECUTE FUNCTION testify()""",
    # Written behind the gate: whoever received before has a lower number.
    """CREATE TRIGGER seen AFTER INSERT OR UPDATE ON hold_scope
        FOR EACH ROW EXECUTE FUNCTION testify()""",
)
Lot = tuple[str, str, str]


async def swear_in(warehouse: Warehouse) -> None:
    """From now on everything is seen."""
    async with warehouse.store.work() as work:
        for statement in _SWORN_IN:
            await work.sql(statement)


async def hear(warehouse: Warehouse) -> "Account":
    """The account of what was seen."""
    async with warehouse.store.work() as work:
        rows = await work.sql("SELECT seen FROM witness ORDER BY no")
    account = Account()
    for (seen,) in rows:
        account.take(seen)
    return account


@dataclass
class Account:
    """`forbidden` are movements that a hold in force stopped, by an account of its own."""

    movements: int = 0
    passed: int = 0
    """Movements of lots that some hold was on."""
    forbidden: list[str] = field(default_factory=list)
    _holds: dict[tuple[Lot, str], set[Block]] = field(default_factory=dict)
    _links: list[tuple[Lot, Lot, str]] = field(default_factory=list)
    _types: dict[str, dict[str, Any]] = field(default_factory=dict)
    _scopes: dict[str, dict[str, Any]] = field(default_factory=dict)
    caught: int = 0
    """Lots that came under a scope in force."""

    def take(self, seen: dict[str, Any]) -> None:
        """One row."""
        if "first_day" in seen:
            self._scopes[seen["hold_no"]] = seen
        elif "hold_no" in seen:
            blocks = {Block(one) for one in seen["blocks"]} if seen["active"] else set()
            self._holds[_lot(seen), seen["hold_no"]] = blocks
        else:
            self._move(seen)

    def _move(self, seen: dict[str, Any]) -> None:
        self.movements += 1
        self._types[seen["reference"]] = seen
        here, there = _lot(seen), _lot(seen, "there_") if seen["there_plant"] else None
        original = self._types.get(seen["reverses"])
        type = MovementType((original or seen)["type"])
        stopped_by = (FORBIDDEN_BACK if original else FORBIDDEN).get(type, set())
        loser = there if there and original else here
        in_force = set().union(*self._in_force(loser))
        self.passed += bool(in_force)
        if in_force & stopped_by:
            self.forbidden.append(f"{seen['reference']} {type} of {loser}")
        for hold_no, scope in self._scopes.items():
            if scope["active"] and not original and _falls(seen, scope):
                self.caught += 1
                self._holds[here, hold_no] = {Block(one) for one in scope["blocks"]}
        if original:
            self._links = [link for link in self._links if link[2] != seen["reverses"]]
        elif there:
            self._links.append((here, there, seen["reference"]))

    def _in_force(self, lot: Lot) -> Iterable[set[Block]]:
        family, new = set[Lot](), {lot}
        while new:
            family |= new
            new = {source for source, target, _ in self._links if target in family} - family
        return (blocks for (held, _), blocks in self._holds.items() if held in family)


def _falls(seen: dict[str, Any], scope: dict[str, Any]) -> bool:
    """Whether a receipt does, by what is written of it."""
    if seen["type"] not in ("receipt_purchase", "receipt_production"):
        return False
    if scope["order_no"]:
        return bool(seen["order_no"] == scope["order_no"])
    if scope["item_no"]:
        there = datetime.fromisoformat(seen["occurred_at"]).astimezone(UTC)
        day = (there + timedelta(minutes=seen["offset_minutes"])).date().isoformat()
        days = bool(scope["first_day"] <= day <= scope["last_day"])
        return days and bool(seen["item_no"] == scope["item_no"])
    told = seen["trade"].get("origin", {})
    return bool(
        (told.get("supplier"), told.get("supplier_lot")) == (scope["party"], scope["supplier_lot"])
    )


def _lot(seen: dict[str, Any], prefix: str = "") -> Lot:
    plant, item_no, lot_no = (str(seen[f"{prefix}{one}"]) for one in ("plant", "item_no", "lot_no"))
    return plant, item_no, lot_no
