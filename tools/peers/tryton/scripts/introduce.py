"""What a plant makes, of what, where and how. Runs in the environment of Tryton.

Safe to repeat: what is known by its code, name or number stays as it is.
"""

from decimal import Decimal

from proteus import Model


def introduce(tryton, task):
    """Every part may be left out; those of a later one are known before it begins.

    {"zones": [IANA name of the company's time zone],
     "warehouses": [{"code", "name", "reasons": [code]}],
     "products": [{"code", "name", "unit", "cost", "made": bool}],
     "work_centers": [{"name", "warehouse"}],
     "boms": [{"product", "inputs": [{"product", "quantity"}], "operations": [name],
               "work_center": name}],
     "stock": [{"product", "lot", "quantity", "warehouse"}],
     "parties": [{"code", "name"}]}

    Quantities and costs are decimal strings; units are Tryton's names. A warehouse has a waste
    location a reason, with its code.
    """
    for kind, add in _KINDS.items():
        for one in task.get(kind, []):
            add(one)
    return {}


def the(model, field, value):
    """The one record; whoever asks for more than there is has a wrong task."""
    [found] = Model.get(model).find([(field, "=", value)])
    return found


def _known(model, field, value):
    return bool(Model.get(model).find([(field, "=", value)], limit=1))


def _set_zone(zone):
    """Tryton's today, and so what it holds for the future, is the company's."""
    [company] = Model.get("company.company").find([])
    company.timezone = zone
    company.save()


def _add_warehouse(one):
    """With a place for what comes, lies, goes, is made, is lost, and is wasted for a reason."""
    code = one["code"]
    if _known("stock.location", "code", code):
        return
    Location = Model.get("stock.location")  # noqa: N806 - a class that proteus makes
    places = {}
    for what, type_ in _PLACES.items():
        place = Location(name=f"{one['name']} {what}", code=f"{code}-{what}", type=type_)
        place.save()
        places[f"{what}_location"] = place
    warehouse = Location(name=one["name"], code=code, type="warehouse", **places)
    for reason in one.get("reasons", ["waste"]):
        waste = Location(name=f"{one['name']} {reason}", code=reason, type="lost_found")
        waste.save()
        warehouse.waste_locations.append(waste)
    warehouse.save()


_PLACES = {
    "input": "storage",
    "output": "storage",
    "storage": "storage",
    "production": "production",
    "lost_found": "lost_found",
}


def _add_product(one):
    """Goods with a standard cost that lie nowhere without a lot."""
    if _known("product.product", "code", one["code"]):
        return
    template = Model.get("product.template")(name=one["name"], code=one["code"], type="goods")
    template.default_uom = the("product.uom", "name", one["unit"])
    template.list_price = Decimal(one["cost"])
    template.cost_price_method = "fixed"
    template.producible = one.get("made", False)
    template.salable = template.purchasable = True
    kind = "FINISHED" if template.producible else "RAW"
    template.account_category = the("product.category", "name", kind)
    template.lot_required = ["supplier", "customer", "storage"]
    template.save()
    [product] = template.products
    product.cost_price = Decimal(one["cost"])
    product.save()


def _add_work_center(one):
    if _known("production.work.center", "name", one["name"]):
        return
    category = Model.get("production.work.center.category")(name=one["name"])
    category.save()
    center = Model.get("production.work.center")(name=one["name"], category=category)
    center.warehouse = the("stock.location", "code", one["warehouse"])
    center.cost_price, center.cost_method = Decimal(0), "cycle"
    center.save()


def _add_bom(one):
    """With its routing, and both told to the product."""
    if _known("production.bom", "name", one["product"]):
        return
    product = the("product.product", "code", one["product"])
    bom = Model.get("production.bom")(name=one["product"])
    for part in one["inputs"]:
        line = bom.inputs.new()
        line.product = the("product.product", "code", part["product"])
        line.quantity = float(part["quantity"])
    line = bom.outputs.new()
    line.product, line.quantity = product, 1
    bom.save()
    told = product.boms.new()
    told.bom, told.routing = bom, _routing(one, bom)
    product.save()


def _routing(one, bom):
    routing = Model.get("production.routing")(name=one["product"])
    center = the("production.work.center", "name", one["work_center"])
    for name in one["operations"]:
        operation = Model.get("production.routing.operation")(name=name)
        operation.work_center_category = center.category
        operation.save()
        routing.steps.new().operation = operation
    routing.boms.append(bom)
    routing.save()
    return routing


def _add_stock(one):
    """A delivery, booked from what was found."""
    product = the("product.product", "code", one["product"])
    Lot = Model.get("stock.lot")  # noqa: N806 - a class that proteus makes
    of_it = [("number", "=", one["lot"]), ("product", "=", product.id)]
    if Lot.find(of_it, limit=1):
        return
    lot = Lot(number=one["lot"], product=product)
    lot.save()
    warehouse = the("stock.location", "code", one["warehouse"])
    move = Model.get("stock.move")(product=product, lot=lot, quantity=float(one["quantity"]))
    move.unit = product.default_uom
    move.from_location = warehouse.lost_found_location
    move.to_location = warehouse.storage_location
    move.save()
    move.click("do")


def _add_party(one):
    """Somebody with an address, under a code of their own: no sequence gives it."""
    if _known("party.party", "code", one["code"]):
        return
    settings = Model.get("party.configuration")(1)
    settings.party_sequence = None
    settings.save()
    party = Model.get("party.party")(name=one["name"], code=one["code"])
    party.addresses[0].street = one["name"]
    party.save()


_KINDS = {
    "zones": _set_zone,
    "warehouses": _add_warehouse,
    "products": _add_product,
    "work_centers": _add_work_center,
    "boms": _add_bom,
    "stock": _add_stock,
    "parties": _add_party,
}
