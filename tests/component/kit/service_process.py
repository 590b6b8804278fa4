"""A service of the kit's own parts, whose fate test_service.py decides by the first argument."""

import asyncio
import sys

from services.kit.components import status
from services.kit.graph import GraphApp, GraphServer
from services.kit.rpc.server import RpcServer
from services.kit.service import Service, run
from services.kit.settings import ServiceSettings
from tests.component.kit.graph.shop import SCHEMA, Shop


def say(text: str) -> None:
    """One line for the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Loop:
    """Works until told; says so. `fate` may be to die, to hang, or to do without its broker."""

    def __init__(self, name: str, fate: str) -> None:
        self._name = name
        self._fate = fate

    async def run(self, stop: asyncio.Event) -> None:
        """As a relay would."""
        if self._fate == "degraded":
            status().degraded("no broker")
        else:
            status().active()
        if self._fate == "die":
            await asyncio.sleep(0.3)
            raise RuntimeError("the loop broke")
        await stop.wait()
        if self._fate.startswith("hang"):
            await asyncio.sleep(60)
        say(f"stopped {self._name}")


class SlowShop(Shop):
    """Its gate opens a moment after somebody waits at it."""

    def __init__(self) -> None:
        super().__init__()
        self._opening = asyncio.create_task(self._open())

    async def _open(self) -> None:
        await self.waiting.wait()
        say("under way")
        await asyncio.sleep(1)
        self.gate.set()


async def compose(service: Service, settings: ServiceSettings) -> None:
    """Relay, consumer, then the ports."""
    service.add("relay", Loop("relay", sys.argv[1]), reports=True)
    consumer = "hang" if sys.argv[1] == "hang all" else "live"
    service.add("consumer", Loop("consumer", consumer), reports=True)
    rpc = RpcServer(service.verifier, [], bind=str(settings.bind), port=settings.grpc_port)
    service.add("grpc", rpc, serving=True)
    app = GraphApp(
        SCHEMA,
        service.verifier,
        {"shop": SlowShop()},
        leaving=lambda: service.components.draining,
    )
    graph = GraphServer(app, bind=str(settings.bind), port=settings.graph_port)
    service.add("graph", graph, serving=True)

    async def closed() -> None:
        say("closed")

    service.closing(closed)


if __name__ == "__main__":
    run("shop", ServiceSettings(), compose)
