"""A planner at SAP's own desk, and the switch for its bad days."""

import base64
import datetime as dt
from typing import Any, Self

import aiohttp

from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Program
from tools.peers.sap.place import USER, Place

PLANT = "1710"
"""SAP's key of the only plant that the desk plans for."""
_ORDERS = "API_PRODUCTION_ORDER_2_SRV/A_ProductionOrder_2"
_SALES = "API_SALES_ORDER_SRV/A_SalesOrder"
_PURCHASES = "API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"


class Desk:
    """`async with Desk(program, place) as sap`. What it refuses raises ClientError."""

    def __init__(self, program: Program, place: Place) -> None:
        self.url = f"http://{LOOPBACK}:{program.port('http')}"
        self._login = f"{USER}:{place.password}"
        self._token = ""

    async def __aenter__(self) -> Self:
        """Open."""
        badge = base64.b64encode(self._login.encode()).decode()
        self._http = aiohttp.ClientSession(
            raise_for_status=True, headers={"Authorization": f"Basic {badge}"}
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self._http.close()

    # -- planning

    async def keep(self, *products: str) -> None:
        """Enter products."""
        for product in products:
            await self._post("API_PRODUCT_SRV/A_Product", {"Product": product, "BaseUnit": "KG"})

    async def release(
        self, number: str, made: str, used: str, *, amount: str = "100", sales_order: str = ""
    ) -> None:
        """Create an order and release it; for the first item of a sales order, or for stock."""
        start, end = dt.date(2026, 5, 4), dt.date(2026, 5, 5)
        component = {
            "Reservation": number,
            "ReservationItem": "0001",
            "BillOfMaterialItemNumber": "0010",
            "Material": used,
            "RequiredQuantity": "150",
            "BaseUnit": "KG",
        }
        operation = {
            "OrderInternalBillOfOperations": number,
            "OrderIntBillOfOperationsItem": "00000001",
            "ManufacturingOrderOperation": "0010",
            "MfgOrderOperationText": "press",
            "WorkCenter": "WC-1",
        }
        order = {
            "ManufacturingOrder": number,
            "ManufacturingOrderType": "YBM1",
            "ProductionPlant": PLANT,
            "Material": made,
            "TotalQuantity": amount,
            "ProductionUnit": "KG",
            "SalesOrder": sales_order,
            "SalesOrderItem": "000010" if sales_order else "",
            "MfgOrderPlannedStartDate": _day(start),
            "MfgOrderPlannedStartTime": "PT12H00M00S",
            "MfgOrderPlannedEndDate": _day(end),
            "MfgOrderPlannedEndTime": "PT12H00M00S",
            "LastChangeDateTime": _stamp(dt.datetime.now(dt.UTC)),
            "to_ProductionOrderComponent": [component],
            "to_ProductionOrderOperation": [operation],
            "to_ProductionOrderStatus": [{"StatusCode": "I0002", "StatusShortName": "REL"}],
        }
        await self._post(_ORDERS, order)

    async def change(self, number: str, at: dt.datetime, note: str) -> None:
        """Change an order's text in a transaction that began at a moment."""
        change = {"OrderLongText": note, "LastChangeDateTime": _stamp(at)}
        await self._send("PATCH", f"{_ORDERS}('{number}')", change, {"If-Match": "*"})

    async def sell(
        self, number: str, product: str, *plants: str, amount: str = "10", batch: str = ""
    ) -> None:
        """A customer's order, wanted and promised for two days; an item at each plant."""
        due = {
            "ScheduleLine": "0001",
            "RequestedDeliveryDate": _day(dt.date(2026, 5, 4)),
            "ConfirmedDeliveryDate": _day(dt.date(2026, 5, 6)),
            "ScheduleLineOrderQuantity": amount,
            "ConfdOrderQtyByMatlAvailCheck": amount,
        }
        items = [
            {
                "SalesOrderItem": f"{10 * position:06}",
                "Material": product,
                "RequestedQuantity": amount,
                "RequestedQuantityUnit": "KG",
                "NetAmount": "25.50",
                "ProductionPlant": plant,
                "Batch": batch,
                "to_ScheduleLine": [due],
            }
            for position, plant in enumerate(plants, 1)
        ]
        order = {
            "SalesOrder": number,
            "SoldToParty": "C-1",
            "TransactionCurrency": "EUR",
            "LastChangeDateTime": _moment(dt.datetime.now(dt.UTC)),
            "to_Partner": [{"PartnerFunction": "SH", "Customer": "C-2"}],
            "to_Item": items,
        }
        await self._post(_SALES, order)

    async def buy(self, number: str, product: str, *plants: str, amount: str = "10") -> None:
        """Our order to a supplier; an item at each plant."""
        due = {
            "ScheduleLine": "0001",
            "ScheduleLineDeliveryDate": _day(dt.date(2026, 5, 4)),
            "ScheduleLineOrderQuantity": amount,
        }
        items = [
            {
                "PurchaseOrderItem": f"{10 * position:05}",
                "Material": product,
                "OrderQuantity": amount,
                "PurchaseOrderQuantityUnit": "KG",
                "NetPriceAmount": "2.55",
                "NetPriceQuantity": "1",
                "Plant": plant,
                "StorageLocation": "171A",
                "to_ScheduleLine": [due],
            }
            for position, plant in enumerate(plants, 1)
        ]
        order = {
            "PurchaseOrder": number,
            "Supplier": "S-1",
            "DocumentCurrency": "EUR",
            "LastChangeDateTime": _moment(dt.datetime.now(dt.UTC)),
            "to_PurchaseOrderItem": items,
        }
        await self._post(_PURCHASES, order)

    async def change_sale(self, number: str, at: dt.datetime, note: str) -> None:
        """Change the customer's reference in a transaction that began at a moment."""
        change = {"PurchaseOrderByCustomer": note, "LastChangeDateTime": _moment(at)}
        await self._send("PATCH", f"{_SALES}('{number}')", change, {"If-Match": "*"})

    async def change_purchase(self, number: str, at: dt.datetime, note: str) -> None:
        """Change the supplier's reference in a transaction that began at a moment."""
        change = {"CorrespncExternalReference": note, "LastChangeDateTime": _moment(at)}
        await self._send("PATCH", f"{_PURCHASES}('{number}')", change, {"If-Match": "*"})

    async def order(self, number: str) -> dict[str, Any]:
        """As it is now."""
        found = await self._send("GET", f"{_ORDERS}('{number}')", None, {})
        order: dict[str, Any] = found["d"]
        return order

    # -- its bad days

    async def bring(self, **rule: object) -> None:
        """A fault of mock-sap's: scenario or status, method, match, count."""
        await self._control("POST", "faults", rule)

    async def clear(self) -> None:
        """Fair weather."""
        await self._control("DELETE", "faults", {})

    async def reset(self) -> None:
        """As on the first day: no order, no document, and nobody's token is good any more."""
        await self._control("POST", "reset", {"orders": 0, "purchaseOrders": 0})
        self._token = ""

    async def _control(self, method: str, what: str, body: dict[str, Any]) -> None:
        async with self._http.request(method, f"{self.url}/_mock/{what}", json=body):
            pass

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        await self._send("POST", path, body, {})

    async def _send(
        self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]
    ) -> Any:
        root = f"{self.url}/sap/opu/odata/sap/"
        if not self._token and body is not None:
            service, _, _ = path.partition("/")
            fetch = {"X-CSRF-Token": "Fetch"}
            async with self._http.get(f"{root}{service}/", headers=fetch) as got:
                self._token = got.headers["X-CSRF-Token"]
        headers = headers | {"X-CSRF-Token": self._token}
        async with self._http.request(method, root + path, json=body, headers=headers) as got:
            return await got.json(content_type=None) if await got.read() else None


def _day(day: dt.date) -> str:
    return f"{day}T00:00:00"


def _stamp(moment: dt.datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S")


def _moment(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
