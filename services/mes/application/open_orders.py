"""Use case: open orders of a plant that already runs are taken over, as far as they got."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.kit.errors import InvalidError, located
from services.kit.loading import Outcome, Verdict
from services.kit.measures import ItemLot, Measured
from services.kit.quantity import Quantity
from services.mes.application.find import require_order
from services.mes.domain.events import WorkOrderOpened, WorkOrderStateChanged
from services.mes.domain.keys import OrderKey
from services.mes.domain.lifecycle import Lifecycle
from services.mes.domain.opening import (
    COLUMNS,
    Choice,
    Loaded,
    OpenOperation,
    amounts,
    less,
    plus,
    progress,
)
from services.mes.domain.order import WorkOrder
from services.mes.domain.progress import Progress
from services.mes.ports import Books
from services.mes.ports.openings import Floor, Until

Known = Loaded[OpenOperation]


async def open_orders(books: Books, floor: Floor, rows: Sequence[OpenOperation]) -> list[Verdict]:
    """Each operation has made what its row says, and what was confirmed here after that.

    Amounts are restated into the unit of the order by the ratio of its item, once: what is loaded
    again stays what it became. Nobody posts what was made elsewhere. Raises NotFoundError or
    InvalidError naming `rows[i]`.
    """
    orders = await books.orders.get({row.order for row in rows}, lock=True)
    states = {key: order.lifecycle for key, order in orders.items()}
    told = _named(orders, rows)
    known, items = await floor.orders.get(told), await _items(books, orders)
    before = await floor.reported.until([_until(row) for row in told])
    verdicts, loaded = list[Verdict](), list[Loaded[OpenOperation]]()
    changed = set[OrderKey]()
    for position, row in enumerate(told):
        order = orders[row.order]
        with located(f"rows[{position}]"):
            made = _made(order, row, known.get(row.name), items)
            new = Loaded(row, before=before.get(_until(row), ()), made=amounts(made))
            opened = _Opening(order, new, known.get(row.name))
            verdicts.append(opened.carry_out())
            stands = verdicts[-1].outcome is Outcome.SUPERSEDED
        if opened.is_news:
            loaded.append(replace(opened.new, stands=stands))
        if opened.moves:
            changed.add(row.order)
    await books.orders.save([orders[key] for key in sorted(changed)])
    await floor.orders.put([one.at(orders[one.row.order].version) for one in loaded])
    _tell(books, [orders[key] for key in sorted(changed)], states)
    return verdicts


async def compare_orders(
    books: Books, floor: Floor, rows: Sequence[OpenOperation]
) -> list[Verdict]:
    """Each row beside how the operation stands, and what was confirmed since."""
    orders = await books.orders.get({row.order for row in rows})
    told = _named(orders, [row for row in rows if row.order in orders])
    known, items = await floor.orders.get(told), await _items(books, orders)
    now = await floor.reported.until([_until(row)._replace(moment=None) for row in told])
    verdicts = {}
    for row in told:
        order, opening = orders[row.order], known.get(row.name)
        made = _made(order, row, opening, items)
        if opening is None:
            found = _shown(order.lifecycle, _standing(order, row.operation))
            verdicts[row.order, row.operation] = Verdict(
                Outcome.MISSING, "never loaded", _shown(row.lifecycle, made), found
            )
            continue
        reported = progress(now.get(_until(row)._replace(moment=None), ()), _unit(order))
        since = less(reported, progress(opening.before, _unit(order)))
        new = Loaded(row, made=amounts(made))
        verdicts[row.order, row.operation] = _compared(order, new, opening, since)
    return [_of(verdicts, orders, row) for row in rows]


@dataclass
class _Opening:
    """A row on its way into its order."""

    order: WorkOrder
    new: Known
    known: Known | None
    is_news: bool = False
    moves: bool = False
    """Something of the order is other than before."""

    def carry_out(self) -> Verdict:
        """Correct by what differs from the row before."""
        row, known = self.new.row, self.known
        if known and known.row == row:
            return Verdict(Outcome.UNCHANGED)
        if known and row.as_of.moment < known.row.as_of.moment:
            return Verdict(Outcome.SUPERSEDED, f"a row of {known.row.as_of} is loaded")
        self.is_news = True
        self.new = replace(self.new, times=known.times + 1 if known else 1)
        change = self._change()
        choices = list(self._choices())
        self.moves = any(amounts(change)) or any(one.is_taken for one in choices)
        if self.moves:
            self._apply(change, choices)
        if standing := [one for one in choices if one.is_superseded]:
            text = "; ".join(f"{one.name} stays {one.here}" for one in standing)
            return Verdict(Outcome.SUPERSEDED, f"{text}, said here since")
        if known is None:
            return Verdict(Outcome.CREATED)
        if not self.moves:
            return Verdict(Outcome.UNCHANGED)
        return Verdict(Outcome.CORRECTED, f"{_bare(change)} more")

    def _change(self) -> Progress:
        """What its opening adds now."""
        unit, known = _unit(self.order), self.known
        made, before = progress(self.new.made, unit), progress(self.new.before, unit)
        for column in COLUMNS:
            if getattr(made, column) < getattr(before, column):
                raise InvalidError(
                    f"{getattr(before, column)} were confirmed here until then",
                    code="less_than_confirmed",
                    field=column,
                    hint="say what was made in all, or reverse the confirmations that are wrong",
                )
        total = less(made, before)
        if known is None:
            return total
        return less(total, less(_became(known, unit), progress(known.before, unit)))

    def _choices(self) -> Iterable[Choice]:
        row, order, known = self.new.row, self.order, self.known
        later = order.as_of > row.as_of.moment
        base = known.row.lifecycle if known else Lifecycle.RELEASED
        yield Choice("lifecycle", base, order.lifecycle, row.lifecycle, later)
        ended, was = row.operation in order.ended, known.row.final if known else False
        yield Choice("final", was, ended, row.final, later)

    def _apply(self, change: Progress, choices: Sequence[Choice]) -> None:
        order, operation = self.order, self.new.row.operation
        if operation in order.steps:
            order.steps = order.steps | {operation: plus(order.steps[operation], change)}
        if operation == order.last_operation:
            order.good += change.good
        order.scrap, order.rework = order.scrap + change.scrap, order.rework + change.rework
        lifecycle, final = choices
        if lifecycle.is_taken:
            order.lifecycle = lifecycle.told
        if final.is_taken:
            order.ended = order.ended ^ {operation}
        order.as_of = max(order.as_of, self.new.row.as_of.moment)
        order.version += 1


def _named(orders: dict[OrderKey, WorkOrder], rows: Sequence[OpenOperation]) -> list[OpenOperation]:
    """The rows with their operation spelled out."""
    named = []
    for position, row in enumerate(rows):
        with located(f"rows[{position}]"):
            order = require_order(orders, row.order, field="order_no")
            operation = row.operation or order.last_operation
            known = order.steps.keys() or {0}
            if operation not in known:
                raise InvalidError(
                    f"order {order.key} has no operation {operation}",
                    code="unknown_operation",
                    field="operation",
                    hint=f"one of {sorted(known)}, or 0 for the last",
                )
        named.append(replace(row, operation=operation))
    return named


def _compared(order: WorkOrder, new: Known, opening: Known, since: Progress) -> Verdict:
    row, unit = new.row, _unit(order)
    found, told = _standing(order, row.operation), progress(new.made, unit)
    if opening.row != row:
        shown = _shown(opening.row.lifecycle, _became(opening, unit))
        later = row.as_of.moment < opening.row.as_of.moment
        outcome = Outcome.SUPERSEDED if later else Outcome.DIFFERENT
        return Verdict(outcome, "another row is loaded", _shown(row.lifecycle, told), shown)
    said = row.lifecycle == order.lifecycle and row.final == (row.operation in order.ended)
    if said and amounts(found) == amounts(told):
        return Verdict(Outcome.UNCHANGED)
    explained = amounts(less(found, since)) == amounts(told)
    changed_here = order.version > opening.version
    outcome = Outcome.SUPERSEDED if explained and (said or changed_here) else Outcome.DIFFERENT
    text = f"{_bare(since)} confirmed since"
    return Verdict(outcome, text, _shown(row.lifecycle, told), _shown(order.lifecycle, found))


def _of(
    verdicts: Mapping[tuple[OrderKey, int], Verdict],
    orders: Mapping[OrderKey, WorkOrder],
    row: OpenOperation,
) -> Verdict:
    if row.order not in orders:
        return Verdict(Outcome.MISSING, "there is no such order here", row.lifecycle)
    return verdicts[row.order, row.operation or orders[row.order].last_operation]


def _tell(books: Books, orders: Sequence[WorkOrder], states: dict[OrderKey, Lifecycle]) -> None:
    for order in orders:
        before = states[order.key]
        if before is not order.lifecycle:
            news = WorkOrderStateChanged(order.key, before, order.lifecycle, "taken over")
            books.facts.tell(news)
        books.facts.tell(WorkOrderOpened(order))


def _until(row: OpenOperation) -> Until:
    return Until(row.order, row.operation, row.as_of.moment)


def _unit(order: WorkOrder) -> str:
    return order.plan.ordered.unit


async def _items(books: Books, orders: Mapping[OrderKey, WorkOrder]) -> Measured:
    return await books.items.known({ItemLot(order.plan.item_no) for order in orders.values()})


def _made(order: WorkOrder, row: OpenOperation, known: Known | None, items: Measured) -> Progress:
    """What its row says, in the unit of the order; which of its lots it was nobody says."""
    unit, goods = _unit(order), ItemLot(order.plan.item_no)
    if known and known.row.made == row.made:
        return _became(known, unit)

    def of(column: str, quantity: Quantity) -> Quantity:
        with located(column):
            return items.restate(goods, quantity, unit)

    return Progress(*map(of, COLUMNS, row.made.told))


def _became(known: Known, unit: str) -> Progress:
    """Rows of before were restated by general ratios alone."""
    if known.made:
        return progress(known.made, unit)
    return Progress(*(amount.to(unit) for amount in known.row.made.told))


def _standing(order: WorkOrder, operation: int) -> Progress:
    """Of an order without a routing what the order has made."""
    return order.steps.get(operation) or Progress(order.good, order.scrap, order.rework)


def _shown(lifecycle: Lifecycle, made: Progress) -> str:
    return f"{lifecycle}: {_bare(made)}"


def _bare(made: Progress) -> str:
    return f"{made.good} good, {made.scrap} scrap, {made.rework} rework"
