"""Genealogy and operations on lots in memory, by brute force."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from services.kit.quantity import Quantity
from services.mes.domain.confirmation import Booked
from services.mes.domain.genealogy import Direction, Edge, Link, Record, merge, standing
from services.mes.domain.handling import Handling
from services.mes.domain.hold import Hold
from services.mes.domain.keys import LotKey, OrderKey, ReportKey, TradeKey
from services.mes.domain.lot_operation import Receive, Ship
from services.mes.domain.passage import Receipt, Shipment
from services.mes.domain.voiding import Void
from services.mes.ports import Performed, Reached, Told, Traced
from tests.unit.mes.memory_confirmations import MemoryConfirmations
from tests.unit.mes.memory_lots import MemoryLots


class MemoryGenealogy:
    """ports.Genealogy; `records` are those that count, `struck` those that do not."""

    def __init__(self, lots: MemoryLots, confirmations: MemoryConfirmations) -> None:
        self.records: list[Record] = []
        self.struck: list[tuple[Record, str]] = []
        self.voids: dict[ReportKey, Void] = {}
        self._lots = lots
        self._confirmations = confirmations

    @property
    def edges(self) -> list[Edge]:
        """One a link."""
        return merge(record.edge for record in self.records)

    async def made(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """By the order number of each lot."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for lot in self._lots.rows.values():
            key = OrderKey(lot.key.plant, lot.order_no)
            if lot.order_no and key in orders:
                found[key].add(lot.key)
        return dict(found)

    async def fed(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """By the lots that reports name."""
        named = {
            (one.report.order, one.report.lot_no)
            for one in self._standing()
            if one.report.good.value or one.report.consumed
        }
        return {
            order: {lot for lot in lots if (order, lot.lot_no) in named}
            for order, lots in (await self.made(orders)).items()
        }

    async def loose(self, orders: Collection[OrderKey]) -> dict[OrderKey, set[LotKey]]:
        """From the confirmations that name no lot."""
        found: defaultdict[OrderKey, set[LotKey]] = defaultdict(set)
        for booked in self._standing():
            if booked.report.order in orders and not booked.report.lot_no:
                found[booked.report.order].update(lot for _, lot, _ in booked.report.lots_consumed)
        return dict(found)

    def _standing(self) -> list[Booked]:
        rows = self._confirmations.rows.items()
        return [booked for key, booked in rows if key not in self.voids]

    async def add(self, records: Sequence[Record]) -> None:
        """Each once."""
        known = {record.key for record in self.records}
        fresh = [record for record in records if record.key not in known]
        self.records = standing([*self.records, *fresh])

    async def recorded(self, orders: Collection[OrderKey]) -> Sequence[Record]:
        """What counts."""
        return [record for record in self.records if record.edge.link.order in orders]

    async def declare(self, voids: Sequence[Void], order: Mapping[ReportKey, OrderKey]) -> None:
        """The first stays."""
        for void in voids:
            self.voids.setdefault(void.event, void)

    async def voided(self, events: Collection[ReportKey]) -> set[ReportKey]:
        """Those declared."""
        return {event for event in events if event in self.voids}

    async def strike(self, records: Sequence[Record], by: str) -> None:
        """Keep them apart."""
        keys = {record.key for record in records}
        self.struck += [(record, by) for record in self.records if record.key in keys]
        self.records = [record for record in self.records if record.key not in keys]

    async def strike_operations(self, keys: Collection[ReportKey]) -> None:
        """By their ids."""
        for key in keys:
            link_order = OrderKey(key.plant, "")
            its_own = [one for one in await self.recorded([link_order]) if one.cause.id == key.id]
            await self.strike(its_own, key.id)

    async def history(self, lots: Collection[LotKey]) -> dict[LotKey, list[Told]]:
        """By time and event."""
        told = [Told(one, None) for one in self.records]
        told += [Told(one, by) for one, by in self.struck]
        told.sort(key=lambda one: (one.record.cause.occurred_at.moment, one.record.cause.id))
        found = {lot: [one for one in told if lot in one.record.edge.link.pair] for lot in lots}
        return {lot: events for lot, events in found.items() if events}

    async def alone(self) -> None:
        """Nobody else is here."""

    async def children(self, lots: Collection[LotKey]) -> dict[LotKey, set[LotKey]]:
        """One level."""
        found: defaultdict[LotKey, set[LotKey]] = defaultdict(set)
        for edge in self.edges:
            if edge.link.source in lots:
                found[edge.link.source].add(edge.link.target)
        return dict(found)

    async def next_to(self, lots: Collection[LotKey], direction: Direction) -> Sequence[Edge]:
        """One step."""
        return [edge for edge in self.edges if edge.link.ends(direction)[0] in lots]

    async def circular(self, links: Iterable[Link]) -> Link | None:
        """The first one that closes a circle."""
        for link in links:
            if link.source in reach(self.edges, {link.target}, Direction.FORWARD):
                return link
        return None

    async def among(self, lots: Collection[LotKey]) -> Sequence[Edge]:
        """In the order of their links."""
        return [edge for edge in self.edges if {edge.link.source, edge.link.target} <= set(lots)]


def reach(edges: Iterable[Edge], start: set[LotKey], direction: Direction) -> set[LotKey]:
    """By walking every edge until nothing is added."""
    pairs = {(edge.link.source, edge.link.target) for edge in edges}
    if direction is Direction.BACKWARD:
        pairs = {(target, source) for source, target in pairs}
    reached = set(start)
    while more := {to for source, to in pairs if source in reached} - reached:
        reached |= more
    return reached


class MemoryOperations:
    """ports.Operations."""

    def __init__(self) -> None:
        self.rows: dict[ReportKey, tuple[Handling, Performed]] = {}
        self.voids: set[ReportKey] = set()

    async def find(self, keys: Collection[ReportKey]) -> dict[ReportKey, Performed]:
        """Those known."""
        return {key: self.rows[key][1] for key in keys if key in self.rows}

    async def add(self, done: Sequence[Handling]) -> None:
        """Nobody else is here."""
        for one in done:
            performed = Performed(one.operation.fingerprint, list(one.entries))
            self.rows[one.operation.key] = one, performed

    async def void(self, keys: Collection[ReportKey]) -> None:
        """Remember."""
        self.voids |= set(keys)


class MemoryTraces:
    """ports.Traces; a lot's place is that in which it became known, from 1 on."""

    def __init__(
        self, lots: MemoryLots, genealogy: MemoryGenealogy, operations: MemoryOperations
    ) -> None:
        self._lots = lots
        self._genealogy = genealogy
        self._operations = operations

    async def reach(
        self, lots: Sequence[LotKey], direction: Direction, plants: Sequence[str] | None
    ) -> Sequence[Reached]:
        """By brute force."""
        places = self._places()
        found = []
        for lot in lots:
            every = reach(self._genealogy.edges, {lot}, direction) if lot in places else set()
            shown = {one for one in every if plants is None or one.plant in plants}
            numbered = [sorted(places[one] for one in some) for some in (every, shown)]
            found.append(Reached(places.get(lot, 0), *numbered))
        return found

    async def steps(
        self, places: Collection[int], direction: Direction
    ) -> Sequence[tuple[int, int]]:
        """From all of these."""
        place = self._places()
        ends = (edge.link.ends(direction) for edge in self._genealogy.edges)
        steps = {(place[here], place[there]) for here, there in ends}
        return sorted(step for step in steps if step[0] in places)

    async def lots(self, places: Collection[int]) -> dict[int, Traced]:
        """By their places."""
        return {
            place: Traced(place, key, self._lots.rows[key].order_no)
            for key, place in self._places().items()
            if place in places
        }

    async def edges(
        self, places: Collection[int], direction: Direction
    ) -> Sequence[tuple[int, Edge]]:
        """Those that arrive."""
        wanted, place = self._at(places), self._places()
        ends = [(edge.link.ends(direction), edge) for edge in self._genealogy.edges]
        return [(place[here], edge) for (here, there), edge in ends if there in wanted]

    async def receipts(self, places: Collection[int]) -> Sequence[Receipt]:
        """Those that count."""
        found = []
        for one, quantity in self._entered(places):
            if isinstance(what := one.operation.what, Receive):
                told = what.supplier, what.supplier_lot, what.manufacturer, what.country
                key, at = one.operation.key, one.operation.occurred_at.moment
                passed = what.part.lot, quantity, at, key.id
                found.append(Receipt(*passed, *told, what.purchase_order_no))
        return found

    async def shipments(self, places: Collection[int]) -> Sequence[Shipment]:
        """Those that count."""
        found = []
        for one, quantity in self._entered(places):
            if isinstance(what := one.operation.what, Ship):
                key, at = one.operation.key, one.operation.occurred_at.moment
                told = what.shipment_no, what.customer, what.sales_order_no
                found.append(Shipment(what.part.lot, -quantity, at, key.id, *told))
        return found

    async def received(
        self, orders: Collection[TradeKey], first: int
    ) -> dict[TradeKey, list[Receipt]]:
        """Of all places."""
        found: dict[TradeKey, list[Receipt]] = {}
        for one in await self.receipts(self._places().values()):
            found.setdefault(TradeKey(one.lot.plant, one.purchase_order_no), []).append(one)
        return {key: found[key][:first] for key in orders if key in found}

    async def shipped(
        self, orders: Collection[TradeKey], first: int
    ) -> dict[TradeKey, list[Shipment]]:
        """Of all places."""
        found: dict[TradeKey, list[Shipment]] = {}
        for one in await self.shipments(self._places().values()):
            found.setdefault(TradeKey(one.lot.plant, one.sales_order_no), []).append(one)
        return {key: found[key][:first] for key in orders if key in found}

    async def holds(self, lots: Collection[LotKey]) -> Sequence[Hold]:
        """Each hold once a lot, its own first."""
        found: dict[tuple[LotKey, str], Hold] = {}
        for lot in lots:
            past = reach(self._genealogy.edges, {lot}, Direction.BACKWARD)
            for one in sorted(past & self._lots.rows.keys(), key=lambda key: (key != lot, key)):
                for no, (version, blocks) in self._lots.rows[one].holds.items():
                    if not self._lots.lifted(lot, no, version):
                        hold = Hold(no, lot, True, version, source=one, blocks=blocks)
                        found.setdefault((lot, no), hold)
        return [found[key] for key in sorted(found)]

    def _places(self) -> dict[LotKey, int]:
        return {key: place for place, key in enumerate(self._lots.rows, 1)}

    def _at(self, places: Collection[int]) -> set[LotKey]:
        return {key for key, place in self._places().items() if place in places}

    def _entered(self, places: Collection[int]) -> Iterable[tuple[Handling, Quantity]]:
        wanted = self._at(places)
        for key, (one, performed) in self._operations.rows.items():
            if key not in self._operations.voids and performed.entries[0][0] in wanted:
                yield one, performed.entries[0][1]
