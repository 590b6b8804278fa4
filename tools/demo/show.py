"""What the reader sees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.demo.recount import Recount, Row
from tools.demo.scene import Happened

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
        table.add_row(row.order, *_figures([row]), "✓" if row.agrees else "[red]✗[/]")
    table.add_section()
    table.add_row("all", *_figures(found.rows), "✓" if found.holds else "[red]✗[/]")
    console.print(table)
    for difference in found.differences:
        console.print(f"  [red]✗[/] {difference}", soft_wrap=True)


def print_order(order: Mapping[str, Any]) -> None:
    """One federated answer, a part a service; a short list has a row an entry."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="cyan")
    for name, part in order.items():
        rows = _shortened(part) if isinstance(part, list) else [_fields(part)]
        for place, row in enumerate(rows):
            table.add_row("" if place else f"  {name}", row)
    console.print(table)


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
