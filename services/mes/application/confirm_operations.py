"""Use case: the floor reports output and consumption."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from services.kit.errors import located
from services.kit.measures import ItemLot, Measured
from services.mes.application.disguise import disguise
from services.mes.application.find import require_order
from services.mes.application.hold_made import hold_made
from services.mes.application.return_material import check_returns
from services.mes.domain.confirmation import Booked, Confirmation
from services.mes.domain.events import LotProduced, OperationConfirmed, WorkOrderStateChanged
from services.mes.domain.genealogy import Link, Material, Record, refuse_cycle, standing
from services.mes.domain.keys import LotKey, OrderKey, ReportKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.lot import Lot
from services.mes.domain.order import WorkOrder
from services.mes.domain.restating import restate
from services.mes.ports import Books


class Result(NamedTuple):
    """What became of one report; `replayed` when it had been booked before."""

    id: str
    confirmation_no: int
    replayed: bool


async def confirm_operations(books: Books, reports: Sequence[Confirmation]) -> list[Result]:
    """Book the reports in their order, all or none; a result for each.

    Amounts in another unit of the item or lot are converted exactly, and once. Raises
    NotFoundError, ConflictError or InvalidError naming `confirmations[i]` and the field.
    """
    watched = await books.scopes.enter({report.order.plant for report in reports})
    orders = await books.orders.get({report.order for report in reports}, lock=True)
    items = await books.items.measures(_goods(orders, reports))
    booked = await books.confirmations.find({report.key for report in reports})
    reports = await disguise(books, _restate(orders, reports, items, booked))
    shift = _Shift(books.clock.now(), orders, booked, items)
    results = []
    for position, report in enumerate(reports):
        with located(f"confirmations[{position}]"):
            results.append(shift.book(position, report))
    for part in shift.parts(alone=watched):
        await _keep(books, part, watched=watched)
    return results


def goods_consumed(reports: Sequence[Confirmation]) -> dict[ItemLot, str]:
    """Each with the field that names it first."""
    found: dict[ItemLot, str] = {}
    for position, report in enumerate(reports):
        for path, moved in (("consumed", report.consumed), ("returned", report.returned)):
            for place, one in enumerate(moved):
                found.setdefault(one.goods, f"confirmations[{position}].{path}[{place}].item_no")
    return found


def _goods(
    orders: Mapping[OrderKey, WorkOrder], reports: Sequence[Confirmation]
) -> dict[ItemLot, str]:
    wanted = goods_consumed(reports)
    for position, report in enumerate(reports):
        if report.order not in orders:
            continue
        plan = orders[report.order].plan
        wanted.setdefault(ItemLot(plan.item_no, report.lot_no), f"confirmations[{position}].order")
        for one in plan.components:
            if one.backflush:
                wanted.setdefault(one.goods, f"confirmations[{position}].order")
    return wanted


def _restate(
    orders: dict[OrderKey, WorkOrder],
    reports: Sequence[Confirmation],
    items: Measured,
    booked: Mapping[ReportKey, Booked],
) -> list[Confirmation]:
    restated = []
    for position, report in enumerate(reports):
        plan = orders[report.order].plan if report.order in orders else None
        before = booked[report.key].report if report.key in booked else None
        with located(f"confirmations[{position}]"):
            restated.append(
                restate(report, items, plan.item_no, plan.ordered.unit, before) if plan else report
            )
    return restated


class _Fresh(NamedTuple):
    """`position` in the batch; `before` is where the order stood."""

    position: int
    booked: Booked
    before: Lifecycle


@dataclass
class _Shift:
    """One batch under way, and what in it is new."""

    now: datetime
    orders: dict[OrderKey, WorkOrder]
    booked: dict[ReportKey, Booked]
    items: Measured
    fresh: list["_Fresh"] = field(default_factory=list)

    def parts(self, *, alone: bool) -> Iterator["_Shift"]:
        """What is kept together: all that is fresh, or each `alone`, seeing what holds the last."""
        for fresh in [[one] for one in self.fresh] if alone else [self.fresh]:
            if fresh:
                yield replace(self, fresh=fresh)

    def book(self, position: int, report: Confirmation) -> Result:
        """Number a report, or recognise it."""
        order = require_order(self.orders, report.order, field="order.order_no")
        if known := self.booked.get(report.key):
            known.replay(order.name_operation(report))
            return Result(report.id, known.no, replayed=True)
        before = order.lifecycle
        new = self.booked[report.key] = order.book(report, self.now, self.items)
        self.fresh.append(_Fresh(position, new, before))
        return Result(report.id, new.no, replayed=False)


async def _keep(books: Books, shift: _Shift, *, watched: bool) -> None:
    """Everything that follows from the fresh ones, with as many statements as for one.

    Where a lot is held already they go one by one: what the first makes, the next finds held.
    """
    materials = await _load_materials(books, shift)
    touched = _touched(shift, materials)
    changed = {booked.report.order for _, booked, _ in shift.fresh}
    if watched:
        made = await books.genealogy.made(changed)
        touched |= {lot for some in made.values() for lot in some}
    lots = await books.lots.open(touched)
    if len(shift.fresh) > 1 and any(lot.holds for lot in lots.values()):
        for part in shift.parts(alone=True):
            await _keep(books, part, watched=watched)
        return
    await check_returns(books, [(position, booked.report) for position, booked, _ in shift.fresh])
    before = {key: replace(lot) for key, lot in lots.items()}
    edges, produced = _weave(shift, materials, lots)
    await books.orders.save([shift.orders[key] for key in sorted(changed)])
    await books.confirmations.add([booked for _, booked, _ in shift.fresh])
    await books.lots.save([lot for key, lot in lots.items() if lot != before[key]])
    await _link(books, edges)
    pairs = [record.edge.link.pair for _, record in edges]
    born, order = produced.values(), shift.fresh[0].booked.report.order
    await hold_made(books, lots, pairs, watched=watched, order=order, born=born)
    _tell(books, shift, {position: lots[key] for position, key in produced.items()})


async def _load_materials(books: Books, shift: _Shift) -> dict[OrderKey, Material]:
    """Loose material matters to those who make lots, lots made to those who consume loosely."""
    materials = {key: Material(key, order.plan.item_no) for key, order in shift.orders.items()}
    making: set[OrderKey] = set()
    consuming: set[OrderKey] = set()
    for _, booked, _ in shift.fresh:
        key = booked.report.order
        (consuming if materials[key].target(booked.report) is None else making).add(key)
    for key, loose in (await books.genealogy.loose(making)).items():
        materials[key].loose |= loose
    for key, made in (await books.genealogy.fed(consuming)).items():
        materials[key].made |= made
    return materials


def _touched(shift: _Shift, materials: dict[OrderKey, Material]) -> set[LotKey]:
    """Every lot that an edge may begin or end at."""
    touched: set[LotKey] = set()
    for _, booked, _ in shift.fresh:
        report, material = booked.report, materials[booked.report.order]
        touched.update(lot for _, lot, _ in report.lots_consumed)
        touched.update(lot for lot, _ in report.lots_returned)
        touched.update(material.loose, material.made)
        if target := material.target(report):
            touched.add(target)
    return touched


def _weave(
    shift: _Shift, materials: dict[OrderKey, Material], lots: dict[LotKey, Lot]
) -> tuple[list[tuple[int, Record]], dict[int, LotKey]]:
    """Edges, and the lots that come into being, by the position of their report."""
    edges: list[tuple[int, Record]] = []
    produced: dict[int, LotKey] = {}
    for position, booked, _ in shift.fresh:
        report, material = booked.report, materials[booked.report.order]
        path = f"confirmations[{position}]"
        taken = []
        for place, key, quantity in report.lots_consumed:
            with located(f"{path}.consumed[{place}]"):
                taken.append((key, lots[key].take(quantity, report.occurred_at.moment)))
        for key, quantity in report.lots_returned:
            lots[key].give_back(quantity)
        good = None
        if target := material.target(report):
            lot = lots[target]
            with located(path):
                lot.belong(report.order)
                if report.good.value and lot.produce(report.into(lot.unit), shift.now):
                    produced[position] = target
            good = report.into(lot.unit).to(lot.unit) if report.good.value else None
        edges += [(position, record) for record in material.weave(report, taken, good)]
    return edges, produced


async def _link(books: Books, edges: list[tuple[int, Record]]) -> None:
    await books.genealogy.add(standing(record for _, record in edges))
    causes: dict[Link, int] = {}
    for position, record in edges:
        causes.setdefault(record.edge.link, position)
    if circle := await books.genealogy.circular(causes):
        with located(f"confirmations[{causes[circle]}]"):
            raise refuse_cycle(circle.target, circle.source)


def _tell(books: Books, shift: _Shift, produced: dict[int, Lot]) -> None:
    """A lot before the report that made it, so that nobody moves what is born held."""
    for position, booked, before in shift.fresh:
        order = shift.orders[booked.report.order]
        if position in produced:
            books.facts.tell(LotProduced(produced[position], order.key))
        books.facts.tell(OperationConfirmed(booked, order.plan.item_no))
        if booked.completes:
            reason = f"confirmation {booked.no} is final"
            books.facts.tell(WorkOrderStateChanged(order.key, before, Lifecycle.COMPLETED, reason))
