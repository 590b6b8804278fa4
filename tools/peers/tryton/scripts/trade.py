"""Orders of customers, and ours to suppliers. Runs in the environment of Tryton."""

import datetime as dt
import re
from decimal import Decimal

from introduce import the
from proteus import Model


def trade(tryton, task):
    """{"orders": [{"model": "sale.sale" or "purchase.purchase", "number", "party": code, "product",
    "quantity", "price": of one, "date": ISO date it is wanted on, "warehouse", "reference",
    "lot": number}]}

    Each is agreed and under way: its shipment waits, nothing is invoiced. With a lot, what will be
    sent is of that lot. Answers {number: id}.
    """
    return {"orders": {one["number"]: _trade(one) for one in task["orders"]}}


def pick(tryton, task):
    """{"number", "warehouse": code, "lot": number}: the shipment of a sale takes it from stock."""
    Sale = Model.get("sale.sale")  # noqa: N806 - a class that proteus makes
    [sale] = Sale.find(
        [("number", "=", task["number"]), ("warehouse.code", "=", task["warehouse"])]
    )
    [shipment] = sale.shipments
    shipment.click("wait")
    for move in shipment.inventory_moves:
        move.lot = _lot(move.product, task["lot"])
        move.save()
    shipment.click("assign_try")
    return {"state": shipment.state}


def _trade(one):
    model, day = one["model"], dt.date.fromisoformat(one["date"])
    order = Model.get(model)(reference=one.get("reference"))
    order.party = the("party.party", "code", one["party"])
    order.invoice_method = "manual"
    order.warehouse = the("stock.location", "code", one["warehouse"])
    for name in _DATES[model]:
        setattr(order, name, day)
    line = order.lines.new()
    line.product = the("product.product", "code", one["product"])
    line.quantity, line.unit_price = float(one["quantity"]), Decimal(one["price"])
    order.save()
    _count_to(model, one["number"])
    for button in ("quote", "confirm", "process"):
        order.click(button)
    if one.get("lot"):
        _assign(order, one["lot"])
    return order.id


def _count_to(model, number):
    """The next order gets this number: nobody writes one by hand."""
    settings, name = _NUMBERS[model]
    sequence = getattr(Model.get(settings)(1), name)
    sequence.prefix, following = re.fullmatch(r"(.*?)(\d+)", number).groups()
    sequence.number_next = int(following)
    sequence.save()


def _assign(sale, number):
    for move in sale.lines[0].moves:
        move.lot = _lot(move.product, number)
        move.save()


def _lot(product, number):
    Lot = Model.get("stock.lot")  # noqa: N806 - a class that proteus makes
    found = Lot.find([("number", "=", number), ("product", "=", product.id)], limit=1)
    lot = found[0] if found else Lot(number=number, product=product)
    lot.save()
    return lot


_DATES = {
    "sale.sale": ("sale_date", "shipping_date"),
    "purchase.purchase": ("purchase_date", "delivery_date"),
}
_NUMBERS = {
    "sale.sale": ("sale.configuration", "sale_sequence"),
    "purchase.purchase": ("purchase.configuration", "purchase_sequence"),
}
