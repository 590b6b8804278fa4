"""Health answers on its own port, by three names."""

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from services.kit.rpc.health import Health, Probe

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING


async def test_three_names_answer_for_themselves() -> None:
    health = Health(bind="127.0.0.1", port=0)
    await health.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{health.port}") as channel:
        stub = HealthStub(channel)

        async def asked(name: str) -> int:
            answer = await stub.Check(HealthCheckRequest(service=name), timeout=5)
            return int(answer.status)

        names = ["startup", "readiness", "liveness", ""]
        assert [await asked(name) for name in names] == [
            NOT_SERVING,
            NOT_SERVING,
            SERVING,
            NOT_SERVING,
        ]
        await health.set(Probe.STARTUP, True)
        await health.set(Probe.READINESS, True)
        assert [await asked(name) for name in names] == [SERVING] * 4
        watching = stub.Watch(HealthCheckRequest(service="readiness"), timeout=5)
        assert (await watching.read()).status == SERVING
        await health.set(Probe.READINESS, False)
        assert (await watching.read()).status == NOT_SERVING
        assert await asked("") == NOT_SERVING
        assert await asked("liveness") == SERVING
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await asked("mes")
        assert refusal.value.code() is grpc.StatusCode.NOT_FOUND
    await health.stop()
