"""`python -m tools.simulators.ledger --port N --control-port N --folder F`: serve until SIGTERM."""

import asyncio
import signal

from aiohttp import web

from tools.mesh.files import remembered_secret
from tools.mesh.ports import LOOPBACK
from tools.simulators.ledger import control
from tools.simulators.ledger.clerk import Clerk
from tools.simulators.ledger.counter import Counter
from tools.simulators.ledger.place import Place
from tools.simulators.ledger.settings import LedgerSettings


async def serve(settings: LedgerSettings) -> None:
    """Both ports; the ERP's opens when the books have been read."""
    place = Place(settings.folder)
    clerk = Clerk(place.journal)
    key = remembered_secret(place.key)
    counter = Counter(clerk, key, place.requests, versioned=settings.versioned)
    business = web.AppRunner(counter.application(), shutdown_timeout=1)
    await business.setup()
    doors: list[web.TCPSite] = []

    async def connections(open: bool) -> None:
        while doors:
            await doors.pop().stop()
        if open:
            doors.append(web.TCPSite(business, LOOPBACK, settings.port))
            await doors[0].start()

    await connections(True)
    bad_days = web.AppRunner(control.application(clerk.weather, connections))
    await bad_days.setup()
    await web.TCPSite(bad_days, LOOPBACK, settings.control_port).start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await business.cleanup()
    await bad_days.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(LedgerSettings()))
