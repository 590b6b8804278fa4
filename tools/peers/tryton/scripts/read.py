"""What Tryton's own books say. Runs in the environment of Tryton.

Quantities are decimal strings of as many places as the unit has. Places are "storage",
"production", "lost_found" and "waste <reason>".
"""

from ledger import read_ledger


def read(tryton, task):
    """{"warehouse": code, "of": ["productions", "moves", "stock", "ledger"]}: those asked for."""
    [warehouse] = _find(
        tryton, "stock.location", [("code", "=", task["warehouse"])], _PLACES, limit=1
    )
    return {what: _BOOKS[what](tryton, warehouse) for what in task["of"]}


_PLACES = [
    *("storage_location", "production_location", "lost_found_location"),
    "waste_locations.code",
]
_ORDER = ["reference", "number", "state", "quantity", "product.code", "unit.digits", "unit.symbol"]
_MOVE = [
    *("product.code", "lot.number", "quantity", "unit.symbol", "unit.digits", "state"),
    *("from_location", "to_location", "effective_date"),
    *("production_input.reference", "production_output.reference"),
]


def _productions(tryton, warehouse):
    """Oldest first."""
    found = _find(tryton, "production", [("warehouse", "=", warehouse["id"])], _ORDER)
    return [
        {
            "reference": one["reference"],
            "number": one["number"],
            "state": one["state"],
            "product": one["product."]["code"],
            "quantity": _amount(one),
            "unit": one["unit."]["symbol"],
        }
        for one in found
    ]


def _moves(tryton, warehouse):
    """Of the productions, in order of their making; `notes` are the messages on a move."""
    of_it = [
        "OR",
        [("production_input.warehouse", "=", warehouse["id"])],
        [("production_output.warehouse", "=", warehouse["id"])],
    ]
    found = _find(tryton, "stock.move", of_it, _MOVE)
    names = [f"stock.move,{one['id']}" for one in found]
    notes = {}
    for note in _find(tryton, "ir.note", [("resource", "in", names)], ["resource", "message"]):
        notes.setdefault(note["resource"], []).append(note["message"])
    places = _places(warehouse)
    return [
        {
            "id": one["id"],
            "order": (one["production_input."] or one["production_output."])["reference"],
            "side": "input" if one["production_input."] else "output",
            "product": one["product."]["code"],
            "lot": (one["lot."] or {"number": ""})["number"],
            "quantity": _amount(one),
            "unit": one["unit."]["symbol"],
            "from": places.get(one["from_location"], ""),
            "to": places.get(one["to_location"], ""),
            "state": one["state"],
            "date": one["effective_date"] and one["effective_date"].isoformat(),
            "notes": notes.get(f"stock.move,{one['id']}", []),
        }
        for one in found
    ]


def _stock(tryton, warehouse):
    """By product, lot and place; lot "" is what lies there without one."""
    digits = ["code", "default_uom.digits"]
    products = {one["id"]: one for one in _find(tryton, "product.product", [], digits)}
    return [
        row
        for place, name in _places(warehouse).items()
        for row in _at(tryton, place, name, products)
    ]


def _at(tryton, place, name, products):
    here = {"locations": [place]}
    lots = _find(tryton, "stock.lot", [], ["number", "product", "quantity"], context=here)
    left = {
        one["id"]: one["quantity"]
        for one in _find(tryton, "product.product", [], ["quantity"], context=here)
    }
    rows = []
    for lot in lots:
        rows.append((lot["product"], lot["number"], lot["quantity"] or 0.0))
        left[lot["product"]] -= lot["quantity"] or 0.0
    rows += [(product, "", quantity) for product, quantity in left.items()]
    for product, lot, quantity in rows:
        known = products[product]
        amount = f"{quantity:.{known['default_uom.']['digits']}f}"
        if float(amount):
            yield {"product": known["code"], "lot": lot, "at": name, "quantity": amount}


def _places(warehouse):
    named = {warehouse[place]: place.removesuffix("_location") for place in _PLACES[:3]}
    return named | {
        waste["id"]: f"waste {waste['code']}" for waste in warehouse["waste_locations."]
    }


def _amount(one):
    return f"{one['quantity']:.{one['unit.']['digits']}f}"


def _find(tryton, model, domain, fields, *, limit=None, context=None):
    proxy = tryton.get_proxy(model)
    told = {**tryton.context, **(context or {})}
    return proxy.search_read(domain, 0, limit, [("id", "ASC")], fields, told)


_BOOKS = {"productions": _productions, "moves": _moves, "stock": _stock, "ledger": read_ledger}
