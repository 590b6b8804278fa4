"""The control port: where a test or a person arranges the ledger's bad days."""

from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from tools.simulators.ledger.faults import Fault, Throttle, Weather

Switch = Callable[[bool], Awaitable[None]]


def application(weather: Weather, connections: Switch) -> web.Application:
    """PUT what shall hold from now on. `connections(False)` refuses them, `(True)` takes them."""

    async def faults(request: web.Request) -> web.Response:
        weather.bring(msgspec.json.decode(await request.read(), type=list[Fault]))
        return web.Response(status=204)

    async def left(_: web.Request) -> web.Response:
        return web.json_response(weather.left)

    async def throttle(request: web.Request) -> web.Response:
        weather.bear(msgspec.json.decode(await request.read(), type=Throttle | None))
        return web.Response(status=204)

    async def outage(request: web.Request) -> web.Response:
        weather.closed = msgspec.json.decode(await request.read(), type=bool)
        await connections(not weather.closed)
        return web.Response(status=204)

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="open" if not weather.closed else "closed")

    app = web.Application()
    app.add_routes(
        [web.put("/faults", faults), web.get("/faults", left), web.put("/throttle", throttle)]
    )
    app.add_routes([web.put("/outage", outage), web.get("/health", health)])
    return app
