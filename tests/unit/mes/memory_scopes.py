"""Scopes of holds in memory: what falls under each, by brute force."""

from collections.abc import Collection, Iterator, Sequence
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from typing import Any

from services.kit.clock import Instant
from services.kit.paging import Page
from services.mes.domain.confirmation import Booked
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey
from services.mes.domain.lot_operation import Receive
from services.mes.domain.scope import Scope
from tests.unit.mes.memory_confirmations import MemoryConfirmations
from tests.unit.mes.memory_genealogy import MemoryOperations
from tests.unit.mes.memory_lots import MemoryLots


class MemoryScopes:
    """ports.Scopes."""

    def __init__(
        self,
        lots: MemoryLots,
        confirmations: MemoryConfirmations,
        operations: MemoryOperations,
        orders: Any,
    ) -> None:
        self.rows: dict[str, Scope] = {}
        self._lots = lots
        self._confirmations = confirmations
        self._operations = operations
        self._orders = orders

    async def enter(self, plants: Collection[str]) -> bool:
        """Nobody else is here."""
        return any(scope.active and scope.plant in plants for scope in self.rows.values())

    async def apply(self, scopes: Sequence[Scope]) -> None:
        """The highest version stays."""
        for scope in scopes:
            known = self.rows.get(scope.hold_no)
            if known is None or known.version < scope.version:
                self.rows[scope.hold_no] = scope

    async def fallen(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """By hold and lot."""
        return [
            Hold(scope.hold_no, lot, active=True, version=scope.version, blocks=scope.blocks)
            for _, scope in sorted(self.rows.items())
            for lot in sorted(set(lots) & set(self._under(scope)))
            if scope.active and not self._lots.has(lot, scope)
        ]

    async def page(self, plant: str, hold_no: str, page: Page) -> Sequence[LotKey]:
        """By item and lot number."""
        scope = self.rows.get(hold_no)
        found = set(self._under(scope)) if scope and scope.active else set[LotKey]()
        found |= {key for key, lot in self._lots.rows.items() if hold_no in lot.holds}
        return [lot for lot in sorted(found) if not page.after or lot[1:] > page.after][
            : page.limit
        ]

    def _under(self, scope: Scope) -> Iterator[LotKey]:
        for key, lot in self._lots.rows.items():
            if key.plant != scope.plant:
                continue
            if scope.order_no and lot.order_no == scope.order_no:
                yield key
            if scope.item_no == key.item_no and any(_in_days(scope, at) for at in self._came(key)):
                yield key
            if scope.supplier_lot and self._from_supplier(scope, key):
                yield key
            if scope.equipment and self._on_equipment(scope, key):
                yield key

    def _reports(self, key: LotKey) -> Iterator[Booked]:
        """That speak of a lot, by name or of all of its order's."""
        for one in self._confirmations.rows.values():
            report, order_no = one.report, self._lots.rows[key].order_no
            item_no = self._orders.rows[report.order].plan.item_no
            ours = report.lot_no == key.lot_no or (
                not report.lot_no and report.order.order_no == order_no
            )
            if one.stands and report.order.plant == key.plant and item_no == key.item_no and ours:
                yield one

    def _standing(self) -> Iterator[Any]:
        for key, (handling, _) in self._operations.rows.items():
            if key not in self._operations.voids:
                yield handling

    def _came(self, key: LotKey) -> Iterator[Instant]:
        for one in self._reports(key):
            if one.report.good.value > 0 and one.report.lot_no:
                yield one.report.occurred_at
        for handling in self._standing():
            if any(lot == key and amount.value > 0 for lot, amount in handling.entries):
                yield handling.operation.occurred_at

    def _from_supplier(self, scope: Scope, key: LotKey) -> bool:
        lot = self._lots.rows[key]
        if (lot.supplier_lot, lot.manufacturer) == (scope.supplier_lot, scope.party):
            return True
        for handling in self._standing():
            what = handling.operation.what
            if isinstance(what, Receive) and what.part.lot == key:
                said = {what.supplier, what.manufacturer}
                if what.supplier_lot == scope.supplier_lot and scope.party in said:
                    return True
        return False

    def _on_equipment(self, scope: Scope, key: LotKey) -> bool:
        for one in self._reports(key):
            report, effort = one.report, one.report.effort
            begin = (effort.started_at or report.occurred_at).moment
            end = (effort.ended_at or report.occurred_at).moment
            if report.time_uncertain:
                begin = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
            if _at(scope, report.equipment, begin, end):
                return True
        for handling in self._standing():
            moment = handling.operation.occurred_at.moment
            if any(lot == key and amount.value > 0 for lot, amount in handling.entries) and _at(
                scope, handling.operation.equipment, moment, moment
            ):
                return True
        return False


def _in_days(scope: Scope, at: Instant) -> bool:
    assert scope.first_day
    return scope.first_day <= at.local().date() <= (scope.last_day or date(MAXYEAR, 1, 1))


def _at(scope: Scope, equipment: str, begin: datetime, end: datetime) -> bool:
    assert scope.starts_at
    if equipment != scope.equipment and not equipment.startswith(f"{scope.equipment}/"):
        return False
    return end >= scope.starts_at and (scope.ends_at is None or begin < scope.ends_at)
