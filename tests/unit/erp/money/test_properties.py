"""Whatever happens in any order: debit is credit, closed orders hold nothing, nothing is lost."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as some

from services.erp.application.book_movements import book_movements
from services.erp.application.settle_orders import settle_orders
from services.erp.domain.booking import Role
from services.erp.domain.entry import EntryKind
from services.erp.domain.goods import GoodsMovement, Side, StockStatus
from services.erp.domain.keys import OrderKey
from services.kit.clock import Instant
from tests.unit.erp.money.memory import CLOCK, NOON, Memory, cost, goods, item, mapping, take_back

DAY = NOON.date()
ITEMS = ("steel", "widget")
ORDERS = ("4711", "4712")
# Costs that no cent divides, and that change in the middle.
COSTS = {
    name: (cost(first, per="3"), cost(second, per="7", since=DAY + timedelta(days=5)))
    for name, first, second in (("steel", "1.0001", "2.5"), ("widget", "17", "16.995"))
}
TYPES = (
    "receipt_purchase", "issue_to_order", "receipt_production", "return_from_order", "scrap",
    "issue_to_delivery", "block", "count_adjust", "transfer_plant_out", "relabel",
    "opening_balance",
)  # fmt: skip


@some.composite
def stories(draw: some.DrawFn) -> list[GoodsMovement | OrderKey]:
    """Movements, what takes some of them back, and orders that are closed meanwhile."""
    told: list[GoodsMovement | OrderKey] = []
    standing: list[GoodsMovement] = []
    for n in range(draw(some.integers(1, 25))):
        deed = draw(some.integers(0, 9))
        at = NOON + timedelta(days=draw(some.integers(0, 10)))
        if deed == 0:
            told.append(OrderKey("lyon", draw(some.sampled_from(ORDERS))))
        elif deed <= 2 and standing:
            original = standing.pop(draw(some.integers(0, len(standing) - 1)))
            told.append(take_back(original, f"r-{n}", at))
        else:
            standing.append(_move(draw, n, at))
            told.append(standing[-1])
    return told


def _move(draw: some.DrawFn, n: int, at: object) -> GoodsMovement:
    type, item_no = draw(some.sampled_from(TYPES)), draw(some.sampled_from(ITEMS))
    amount = str(draw(some.decimals("0.001", 50, places=3)))
    to = {
        "transfer_plant_out": Side("oslo", item_no, StockStatus.IN_TRANSIT),
        "relabel": Side("lyon", ITEMS[item_no == "steel"], StockStatus.UNRESTRICTED),
    }.get(type)
    made = goods(type, f"m-{n}", amount, item_no=item_no, to=to, occurred_at=Instant(at))  # type: ignore[arg-type]
    return replace(made, order_no=draw(some.sampled_from(ORDERS))) if made.order_no else made


async def tell(story: list[GoodsMovement | OrderKey]) -> Memory:
    """Book it, one by one; invariants hold after each."""
    books = Memory(
        {(plant, name): item(name, *COSTS[name], plant=plant) for plant in ("lyon", "oslo")
         for name in ITEMS},
        zones={"lyon": "Europe/Paris", "oslo": "Europe/Oslo"},
    )  # fmt: skip
    books.mappings.append(mapping("stock/RAW/blocked", "blocked"))
    for one in story:
        if isinstance(one, OrderKey):
            books.ended.add(one)
            await settle_orders(books.accounts, [one], CLOCK)
        else:
            await book_movements(books.accounts, [one], CLOCK)
        assert not books.parked
        for order, value in (await books.orders(books.ended)).items():
            assert value.total(Role.WIP) == 0, order
    return books


@settings(max_examples=50, deadline=None)
@given(stories())
async def test_debit_is_credit_and_stock_is_worth_its_cost(
    story: list[GoodsMovement | OrderKey],
) -> None:
    books = await tell(story)
    for plant in ("lyon", "oslo"):
        assert sum(line.amount.minor for line in books.lines() if line.plant == plant) == 0
    for one in books.entries.values():
        assert sum(line.amount.minor for line in one.lines) == 0
    for key, value in books.values.items():
        known = books.items[key.plant, key.item_no]
        newest = next(c for c in known.costs if c.valid_from == value.cost_from)
        worth = newest.value(value.quantity, known.measures)
        assert abs(Fraction(value.posted, 100) - worth) <= Fraction(1, 200) + Fraction(1, 10**9)
        lines = [x for x in books.lines() if (x.plant, x.item_no, x.account) == key[:3]]
        assert sum(line.amount.minor for line in lines) == value.posted
        assert sum((line.exact for line in lines), Fraction(0)) == value.exact


@settings(max_examples=40, deadline=None)
@given(stories())
async def test_what_rounding_leaves_is_on_its_account(
    story: list[GoodsMovement | OrderKey],
) -> None:
    """What stands against stock is off by half a unit at most; an entry's rest is its rounding."""
    books = await tell(story)
    for entry in books.entries.values():
        if entry.key.kind is not EntryKind.MOVEMENT:
            continue
        for line in entry.lines:
            if not line.item_no and line.role is not Role.ROUNDING:
                assert abs(line.amount.exact - line.exact) <= Fraction(1, 200)
        rounding = sum(line.amount.minor for line in entry.lines if line.role is Role.ROUNDING)
        off = sum(
            (
                line.amount.exact - line.exact
                for line in entry.lines
                if line.role is not Role.ROUNDING
            ),
            Fraction(0),
        )
        assert Fraction(rounding, 100) == -off


@settings(max_examples=60, deadline=None)
@given(stories(), some.integers(0, 10))
async def test_when_everything_is_taken_back_nothing_is_left(
    story: list[GoodsMovement | OrderKey], days: int
) -> None:
    books = await tell(story)
    reversed_already = {one.reverses for one in books.entries.values() if one.reverses}
    standing = [
        one
        for one in story
        if isinstance(one, GoodsMovement)
        and one.type != "reversal"
        and one.key.reference not in reversed_already
    ]
    at = NOON + timedelta(days=days)
    await book_movements(
        books.accounts, [take_back(one, f"x-{one.key.reference}", at) for one in standing], CLOCK
    )
    left: dict[tuple[str, str], int] = {}
    for line in books.lines(EntryKind.MOVEMENT, EntryKind.REVALUATION):
        left[line.plant, line.account] = left.get((line.plant, line.account), 0) + line.amount.minor
    assert not any(left.values()), left
    assert not any(value.quantity or value.posted for value in books.values.values())
    for account in {line.account for line in books.lines(EntryKind.SETTLEMENT)}:
        lines = [x for x in books.lines() if x.account == account]
        assert sum(line.amount.minor for line in lines) == 0


@settings(max_examples=25, deadline=None)
@given(stories())
async def test_in_one_batch_it_is_as_one_by_one(story: list[GoodsMovement | OrderKey]) -> None:
    moved = [one for one in story if isinstance(one, GoodsMovement)]
    one_by_one, at_once = await tell([*moved]), await tell([])
    await book_movements(at_once.accounts, moved, CLOCK)
    assert at_once.entries == one_by_one.entries
    assert at_once.values == one_by_one.values
