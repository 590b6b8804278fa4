"""Health (grpc.health.v1) on a port of its own: it answers when the service is too busy to."""

from enum import StrEnum

import grpc
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1._async import HealthServicer
from grpc_health.v1.health_pb2 import HealthCheckResponse


class Probe(StrEnum):
    """What may be asked; each is a `service` of grpc.health.v1."""

    STARTUP = "startup"
    READINESS = "readiness"
    LIVENESS = "liveness"


class Health:
    """Alive from the start; started and ready when told so. Port 0 takes a free one.

    The empty name, which plain clients ask for, means readiness.
    """

    def __init__(self, *, bind: str, port: int) -> None:
        self._servicer = HealthServicer()
        self._server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, self._server)
        self.port = self._server.add_insecure_port(f"{bind}:{port}")

    async def start(self) -> None:
        """Begin to answer."""
        for probe in Probe:
            await self.set(probe, probe is Probe.LIVENESS)
        await self._server.start()

    async def set(self, probe: Probe, good: bool) -> None:
        """Change the answer to `probe`; those who watch are told."""
        status = HealthCheckResponse.SERVING if good else HealthCheckResponse.NOT_SERVING
        await self._servicer.set(probe, status)
        if probe is Probe.READINESS:
            await self._servicer.set("", status)

    async def stop(self) -> None:
        """Stop answering at once."""
        await self._server.stop(None)
