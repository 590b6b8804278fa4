"""A server that does not know our certificate: said in words, and mended without a restart."""

import orjson
import pytest

from tests.contract.opcua.plant import Plant, admit, running, until

pytestmark = pytest.mark.peer


async def test_an_untrusted_certificate_is_named_until_it_is_trusted() -> None:
    async with running() as plant:

        async def refused() -> bool:
            return bool(plant.peer.refused()) and "untrusted" in changes(plant)[-1]["reason"]

        await until(refused, "a component that says why")
        said = changes(plant)[-1]
        assert said["state"] == "degraded"
        assert said["reason"].startswith("untrusted_certificate: press: opc.tcp://")
        assert "certificate.der (thumbprint" in said["reason"]
        assert not await plant.looks()
        [certificate] = plant.peer.refused()
        assert certificate.stem.rpartition("[")[2][:-1].upper() in said["reason"]
        await admit(plant.peer)
        await plant.seen()
        assert changes(plant)[-1]["state"] == "active"
        log = plant.mesh.program("telemetry").log.read_text()
        assert not [line for line in log.splitlines() if "Traceback" in line]
        assert "AssertionError" not in log


def changes(plant: Plant) -> list[dict[str, str]]:
    """Of the component that reads the press, as telemetry logs them."""
    log = plant.mesh.program("telemetry").log
    lines = [line for line in log.read_text().splitlines() if "component changed" in line]
    found = [orjson.loads(line) for line in lines]
    return [one for one in found if "press" in one["component"]]
