"""A customer orders some of a lot that is there; the platform knows for whom it is meant."""

from typing import Any

from services.kit.ids import GraphId
from tools.demo.graph import Graph
from tools.demo.scene import Scene
from tools.demo.shift import CUSTOMER, PIECES, PLANT, SALE, SOLD
from tools.mesh.badge import Badge

Lots = list[dict[str, Any]]


async def selling(scene: Scene) -> None:
    """In the ERP, by its own users; nothing moves by it."""
    lot, erp = scene.shift.held, scene.erp
    await erp.sell(lot)
    await scene.until(lambda: _is_meant(scene, lot), f"lot {lot} is meant for {SALE}", log="erp-0")
    scene.say(f"{SOLD} {PIECES} of lot {lot} are meant for {erp.title}'s sales order {SALE}")
    scene.note("sold", 1, f"sales order {SALE} of {CUSTOMER}: {SOLD} {PIECES} of lot {lot}")


async def sold(scene: Scene) -> Lots:
    """The lots of the order that the lot is of, for whom they are meant; as finance may see it."""
    id = GraphId("Order", PLANT, scene.shift.orders[0]).encode()
    async with Graph(scene.graph.url, Badge(scene.mesh.root, "controller")) as graph:
        lots: Lots = (await graph.ask("sold", id=id))["order"]["lots"]
    return lots


async def _is_meant(scene: Scene, lot: str) -> bool:
    return any(
        each["salesOrder"]["commercial"]["customer"] == CUSTOMER
        for one in await sold(scene)
        if one["identity"] and one["identity"]["lotNo"] == lot
        for each in one["allocatedTo"] or ()
        if each["salesOrder"] and each["salesOrder"]["commercial"]
    )
