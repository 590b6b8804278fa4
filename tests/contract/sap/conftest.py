"""One mock-sap for all tests of a module; emptied for each."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from services.erp.adapters.odata import ODataErp
from services.erp.ports import ErpSystem
from services.kit.lanes.systems import System
from tests.contract.proxy import Proxy, verb_and_set
from tests.contract.sap.stage import Connect, SapStage
from tests.servers import scratch_folder
from tools.mesh.program import Program
from tools.peers.sap.desk import PLANT, Desk
from tools.peers.sap.place import USER, Place, declare

ROOT = "/sap/opu/odata/sap/"


@pytest.fixture(scope="module")
def sap() -> Iterator[tuple[Program, Place]]:
    """A process with our annex."""
    with scratch_folder() as root:
        place = Place(root / "sap")
        [program] = declare(place).programs(root)
        program.start()
        try:
            yield program, place
        finally:
            program.kill()


@pytest.fixture
async def stage(sap: tuple[Program, Place]) -> AsyncIterator[SapStage]:
    """In fair weather."""
    program, place = sap
    async with Desk(program, place) as desk, Proxy(desk.url, named=verb_and_set) as proxy:
        stage = SapStage(desk, place, proxy)
        await stage.open()
        yield stage


@pytest.fixture
def system(stage: SapStage) -> System:
    """Its row, with small pages."""
    settings = {
        "url": stage.proxy.url + ROOT,
        "plaintext": True,
        "user": USER,
        "client": "100",
        "plants": {stage.plant: PLANT},
        "page": 3,
        "sales_orders": True,
        "purchase_orders": True,
        "request_timeout": 5.0,
    }
    return System("sap", "odata", (stage.plant,), budget=100, settings=settings)


@pytest.fixture
def connect(system: System, stage: SapStage) -> Connect:
    """Another adapter, that remembers nothing; `settings` differ from the row's."""

    @asynccontextmanager
    async def connected(
        kind: type[ODataErp] = ODataErp, **settings: object
    ) -> AsyncIterator[ODataErp]:
        row = replace(system, settings={**system.settings, **settings})
        erp = kind(row, stage.place.password)
        try:
            yield erp
        finally:
            await erp.close()

    return connected


@pytest.fixture
async def erp(connect: Connect) -> AsyncIterator[ErpSystem]:
    """The adapter."""
    async with connect() as erp:
        yield erp
