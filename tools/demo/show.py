"""What the reader sees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.demo.finance import Account
from tools.demo.ledgers import Row as Balance
from tools.demo.recount import Recount, Row
from tools.demo.scene import Happened
from tools.demo.shift import COSTS
from tools.demo.value import Value

console = Console(highlight=False)
_HEADS = ("order", "line", "confirmed", "posted", "held", "scrapped", "waiting", "ERP", "")
_ROWS = 4


def step(text: str) -> None:
    """A line of progress."""
    console.print(f"  [green]✓[/] {text}", soft_wrap=True)


def heading(text: str) -> None:
    """Before a table."""
    console.print(f"\n[bold]{text}[/]")


def print_happened(happened: Iterable[Happened]) -> None:
    """What came about, and how often."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for one in happened:
        table.add_row(f"  {one.what}", str(one.count), one.about)
    console.print(table)


def print_recount(found: Recount) -> None:
    """Counts of good pieces, an order a row."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in _HEADS:
        table.add_column(head, justify="left" if head in ("order", "") else "right")
    for row in found.rows:
        table.add_row(row.order, *_figures([row]), _mark(row.agrees))
    table.add_section()
    table.add_row("all", *_figures(found.rows), _mark(found.holds))
    console.print(table)
    _print_differences(found.differences)


def print_value(value: Value) -> None:
    """The trial balance, an account a row, and what the stock is worth."""
    found, count = value.found, value.count
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in ("account", "", "debit", "credit", "balance", ""):
        table.add_column(head, justify="left" if head in ("account", "") else "right")
    for one in found.accounts:
        table.add_row(one.no, one.role.replace("_", " "), *map(_money, _sides(one)))
    table.add_section()
    sums = (sum(side, Decimal(0)) for side in zip(*map(_sides, found.accounts), strict=True))
    table.add_row("all", f"{len(found.booked)} movements", *map(_money, sums), _mark(value.holds))
    console.print(table)
    lies = ", ".join(f"{count.stock(item)} of {item} at {cost}" for item, cost in COSTS.items())
    closed = sum((found.costs[one].wip for one in count.closed), Decimal(0))
    console.print(f"  stock {_money(found.balance('stock'))}: {lies}", soft_wrap=True)
    console.print(f"  in work of the {len(count.closed)} closed orders: {_money(closed)}")
    _print_differences(value.differences)


def print_ledgers(rows: Iterable[Balance]) -> None:
    """A balance a row, with what explains the difference."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in ("", "ours", "the ERP's", "waits for quality", "scrapped", "rounding", ""):
        table.add_column(head, justify="right" if head else "left")
    for row in rows:
        figures = (row.ours, row.theirs, row.waiting, row.scrapped, row.rounding)
        table.add_row(row.what, *map(_money, figures), _mark(row.agrees))
    console.print(table)


def print_order(order: Mapping[str, Any]) -> None:
    """One federated answer, a part a service; a short list has a row an entry."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan")
    for name, part in order.items():
        rows = _shortened(part) if isinstance(part, list) else [_fields(part)]
        for place, row in enumerate(rows):
            table.add_row("" if place else f"  {name}", row)
    console.print(table)


def print_sold(lots: Iterable[Mapping[str, Any]]) -> None:
    """A lot a row: what was made, where it lies, and for whom."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in ("  lot", "made", "in stock", "meant for", "customer"):
        table.add_column(head)
    for one in lots:
        meant = [(each, each["salesOrder"]["commercial"]) for each in one["allocatedTo"] or ()]
        table.add_row(
            f"  {one['identity']['lotNo']}",
            _values(one["identity"]["produced"]),
            _values(one["balances"] or []),
            _values([f"{said['orderNo']}: {_values(each['quantity'])}" for each, said in meant]),
            _values([said["customer"] for _, said in meant]),
        )
    console.print(table)


def _print_differences(differences: Iterable[str]) -> None:
    for one in differences:
        console.print(f"  [red]✗[/] {one}", soft_wrap=True)


def _mark(holds: bool) -> str:
    return "✓" if holds else "[red]✗[/]"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _sides(one: Account) -> tuple[Decimal, Decimal, Decimal]:
    return one.debit, one.credit, one.balance


def _shortened(part: Sequence[Any]) -> Iterator[str]:
    """The first and the last of many."""
    left_out = len(part) - 2 * _ROWS
    if left_out <= 1:
        yield from map(_values, part)
        return
    yield from map(_values, part[:_ROWS])
    yield f"... {left_out} more"
    yield from map(_values, part[-_ROWS:])


def _fields(part: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{name} {_values(value)}" for name, value in (part or {}).items()) or "-"


def _values(value: Any) -> str:
    match value:
        case {"value": amount, "unit": unit}:
            return f"{amount} {unit}"
        case dict():
            return " ".join(map(_values, value.values()))
        case list():
            return ", ".join(map(_values, value)) or "-"
    return "-" if value is None else str(value)


def _figures(rows: Iterable[Row]) -> list[str]:
    columns = zip(
        *(
            (r.counted, s.confirmed, s.posted, s.held, s.scrapped, s.waiting, r.booked)
            for r in rows
            for s in [r.stand]
        ),
        strict=True,
    )
    return [format(sum(column, Decimal(0)), "f") for column in columns]
