"""`python -m tools.demo`: the story from an empty plant to the recount. Exits 0 if that holds."""

import asyncio
import shutil
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.kit.errors import DomainError
from tools.demo.acts.selling import sold
from tools.demo.erp import ERPS
from tools.demo.erp.port import Erp
from tools.demo.scene import DemoError
from tools.demo.shift import CURRENCY, Shift, draw_shift
from tools.demo.show import (
    console,
    heading,
    print_happened,
    print_ledgers,
    print_order,
    print_recount,
    print_sold,
    print_value,
    step,
)
from tools.demo.stage import staged
from tools.demo.story import appraised, compared, federated, judge, play
from tools.mesh.daemon import is_up
from tools.mesh.errors import MeshError
from tools.mesh.ports import LOOPBACK, Ports
from tools.mesh.program import HERE

_SECONDS = 0.6


class Make(StrEnum):
    """An ERP of the story."""

    LEDGER = "ledger"
    TRYTON = "tryton"


_SIZES = {Make.LEDGER: (6, 4), Make.TRYTON: (4, 3)}
"""Orders, and jobs of each: a real ERP books a document in half a second."""


def demo(
    erp: Annotated[Make, typer.Option(help="Whose orders and books.")] = Make.LEDGER,
    root: Annotated[
        Path | None, typer.Option(help="Emptied first; data and logs are kept.", resolve_path=True)
    ] = None,
    seed: Annotated[int, typer.Option(help="Another one draws other figures.")] = 2026,
) -> None:
    """Play the story, and count."""
    root = root or HERE / ".mesh" / ("demo" if erp is Make.LEDGER else f"demo-{erp}")
    if is_up(root):
        raise MeshError(f"a mesh runs in {root}", hint=f"make down ROOT={_name(root)}")
    orders, runs = _SIZES[erp]
    shift = draw_shift(orders, runs, seed)
    shutil.rmtree(root, ignore_errors=True)
    started = time.monotonic()
    holds = asyncio.run(_demo(root, shift, ERPS[erp](root)))
    console.print(f"\n  {time.monotonic() - started:.0f} s. To look around yourself:")
    console.print(_way_on(root, erp), markup=False, soft_wrap=True)
    sys.exit(0 if holds else 1)


async def _demo(root: Path, shift: Shift, erp: Erp) -> bool:
    async with staged(root, shift, step, erp, seconds=_SECONDS) as scene:
        await play(scene)
        found, value = await judge(scene), await appraised(scene)
        order = await federated(scene)
        heading(
            f"Order {scene.shift.poisoned.order}: one answer of all services, {scene.graph.url}"
        )
        print_order(order)
        heading(f"Order {scene.shift.orders[0]}: its lots, where they lie, and the customer")
        print_sold(await sold(scene))
        heading("What happened")
        print_happened(scene.happened)
        heading(f"The recount: the line's own file and the books of {erp.title} against the graph")
        print_recount(found)
        heading(f"The books at standard cost, in {CURRENCY}: every movement of the warehouse")
        print_value(value)
        rows = await compared(scene, found, value)
        if rows:
            heading(f"{erp.title}'s own general ledger beside it")
            print_ledgers(rows)
        return found.holds and value.holds and all(row.agrees for row in rows)


def _way_on(root: Path, erp: str) -> str:
    name, port = _name(root), Ports(root / "run" / "ports.json").of("gateway-0.http")
    return f"""
    make up ROOT={name}    the platform again with all that this run left, but the ERP ({erp})
      GraphiQL: http://{LOOPBACK}:{port}/graphql, with the header
      {{"authorization": "Bearer TOKEN"}}; a TOKEN is what this prints (15 minutes):
      .venv/bin/plantctl --root {name} token --user viewer
    make down ROOT={name}  stops it; logs are in {name}/log"""


def _name(root: Path) -> Path:
    return root.relative_to(Path.cwd()) if root.is_relative_to(Path.cwd()) else root


def main() -> None:
    """Say in one line what went wrong."""
    try:
        typer.run(demo)
    except (DemoError, DomainError, MeshError) as error:
        console.print(f"\n  ✗ {error}", style="red", markup=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
