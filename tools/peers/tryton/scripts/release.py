"""Production orders. Runs in the environment of Tryton."""

import datetime as dt

from introduce import the
from proteus import Model


def release(tryton, task):
    """{"orders": [{"reference", "product", "quantity", "warehouse", "start": ISO date}]}

    Each is planned with its bill of material and routing, and waits for its material: Tryton's
    word for released. With "draft": true it stays a draft. Answers {reference: id}.
    """
    return {"productions": {one["reference"]: _release(one) for one in task["orders"]}}


def _release(one):
    product = the("product.product", "code", one["product"])
    warehouse = the("stock.location", "code", one["warehouse"])
    order = Model.get("production")(reference=one["reference"], warehouse=warehouse)
    order.product = product
    told = product.boms[0]
    order.bom, order.routing = told.bom, told.routing
    order.quantity = float(one["quantity"])
    order.work_center = _work_center(told.routing)
    order.planned_date = order.planned_start_date = dt.date.fromisoformat(one["start"])
    order.save()
    if not one.get("draft"):
        order.click("wait")
    return order.id


def _work_center(routing):
    category = routing.steps[0].operation.work_center_category
    [center] = Model.get("production.work.center").find([("category", "=", category.id)])
    return center
