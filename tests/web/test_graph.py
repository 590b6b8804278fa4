"""One graph over several services, asked for by id."""

import asyncio

import pytest

from services.kit.ids import GraphId
from tests.web.rig import LOT, ORDER, PAGE, Gateway, Web

pytestmark = pytest.mark.flow


async def test_an_order_is_put_together_from_every_service(gateway: Gateway) -> None:
    answer = await gateway.ask(PAGE, id=ORDER)
    assert answer.status == 200
    assert answer.body == {
        "data": {
            "order": {
                "id": ORDER,
                "commercial": {"number": "4711"},
                "execution": {"state": "RUNNING"},
                "lots": [
                    {"id": lot, "code": code, "balance": 50}
                    for code in ("4711/0", "4711/1")
                    for lot in [GraphId("Lot", "lyon", code).encode()]
                ],
                "stock": 7,
            }
        }
    }
