"""ErpReadingService: what the ERPs have, for who compares."""

from typing import Any

from grpc.aio import ServicerContext
from plantmesh.erp.v1 import reading_pb2 as pb
from plantmesh.erp.v1.reading_pb2_grpc import ErpReadingServiceServicer

from services.erp import policy
from services.erp.application.read_erp import Words, translate
from services.erp.ports.reading import Readings
from services.erp.wire.reading import write_deliveries, write_plants, write_stock
from services.kit.store import Store

Context = ServicerContext[Any, Any]


class ErpReadingServicer(ErpReadingServiceServicer):
    """ErpReadingService v1; see reading.proto."""

    def __init__(self, store: Store, readings: Readings, words: Words) -> None:
        self._store = store
        self._readings = readings
        self._words = words

    async def ListErpPlants(  # noqa: N802 - named by the proto
        self, request: pb.ListErpPlantsRequest, context: Context
    ) -> pb.ListErpPlantsResponse:
        """Of enabled ERPs."""
        policy.may_ask_erps()
        return write_plants(await self._readings.plants())

    async def ReadErpStock(  # noqa: N802 - named by the proto
        self, request: pb.ReadErpStockRequest, context: Context
    ) -> pb.ReadErpStockResponse:
        """A part of its stock."""
        policy.may_ask_erps()
        async with self._readings.of_plant(request.plant) as (system, erp):
            sheet = await erp.read_stock(request.plant, request.cursor)
        async with self._store.work():
            return write_stock(sheet, await translate(self._words, system, request.plant, sheet))

    async def ReadErpDeliveries(  # noqa: N802 - named by the proto
        self, request: pb.ReadErpDeliveriesRequest, context: Context
    ) -> pb.ReadErpDeliveriesResponse:
        """A part of its open orders."""
        policy.may_ask_erps()
        async with self._readings.of_plant(request.plant) as (system, erp):
            sheet = await erp.read_deliveries(request.plant, request.cursor)
        async with self._store.work():
            rows = await translate(self._words, system, request.plant, sheet)
            return write_deliveries(sheet, rows)
