"""What the reader sees."""

from collections.abc import Iterable
from decimal import Decimal

from rich.console import Console
from rich.table import Table

from tools.demo.recount import Recount, Row
from tools.demo.scene import Happened

console = Console(highlight=False)
_HEADS = ("order", "line", "confirmed", "posted", "held", "scrapped", "waiting", "ledger", "")


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
    console.print(table, soft_wrap=True)


def print_recount(found: Recount) -> None:
    """Counts of good pieces, an order a row."""
    table = Table(box=None, header_style="dim", pad_edge=False)
    for head in _HEADS:
        table.add_column(head, justify="left" if head in ("order", "") else "right")
    for row in found.rows:
        table.add_row(row.order, *_figures([row]), "✓" if row.agrees else "[red]✗[/]")
    table.add_section()
    table.add_row("all", *_figures(found.rows), "✓" if found.holds else "[red]✗[/]")
    console.print(table, soft_wrap=True)
    for difference in found.differences:
        console.print(f"  [red]✗[/] {difference}", soft_wrap=True)


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
