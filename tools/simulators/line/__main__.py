"""`python -m tools.simulators.line`: work off the plan, then stand by until SIGTERM."""

import asyncio
import signal

from tools.mesh.badge import Badge
from tools.mesh.tls import operator_files
from tools.simulators.line.line import Line
from tools.simulators.line.panel import Panel
from tools.simulators.line.papers import read_plan
from tools.simulators.line.place import Place
from tools.simulators.line.settings import LineSettings
from tools.simulators.line.tally import Tally
from tools.simulators.line.terminal import Terminal


async def produce(settings: LineSettings) -> None:
    """All jobs of the plan; what was counted stays readable."""
    place = Place(settings.folder)
    plan, tally = read_plan(place.plan), Tally(place.counts)
    me, tls = Badge(settings.mesh, "line"), operator_files(settings.mesh)
    terminal = Terminal(settings.mes, settings.plant, me, tls)
    panel = Panel(place, settings.port, (plan.unit, plan.input_unit))
    await panel.open(tally.shown)
    try:
        line = Line(tally, panel.show, terminal, seconds=settings.seconds, steps=settings.steps)
        await line.work(plan)
        await asyncio.Event().wait()
    finally:
        await panel.close()
        await terminal.close()


async def run(settings: LineSettings) -> None:
    """Produce; a signal ends it at any point."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait())
    producing = asyncio.create_task(produce(settings))
    await asyncio.wait({producing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if producing.done():
        producing.result()
    producing.cancel()
    await asyncio.wait({producing})


if __name__ == "__main__":
    asyncio.run(run(LineSettings()))
