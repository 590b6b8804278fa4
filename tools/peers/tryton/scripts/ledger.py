"""What Tryton's own general ledger says of moves of stock. Runs in the environment of Tryton."""

_LINE = ["account.code", "account.type.statement", "debit", "credit", "move.origin", "move.state"]
_MOVE = [
    *("product.code", "from_location.type", "to_location.type"),
    *("production_input.reference", "production_output.reference"),
]


def read_ledger(tryton, warehouse):
    """Lines in order of their making: an amount is positive in debit.

    "from" and "to" are types of locations; "order" is "" where no production is behind the move;
    "on_stock" tells the account of the goods from that of their change.
    """
    moves = {one["id"]: one for one in _search(tryton, "stock.move", _at(warehouse), _MOVE)}
    lines = _search(tryton, "account.move.line", [("move.origin", "like", "stock.move,%")], _LINE)
    return [
        _line(one, move)
        for one in lines
        if (move := moves.get(int(one["move."]["origin"].partition(",")[2])))
    ]


def _line(one, move):
    order = move["production_input."] or move["production_output."]
    return {
        "account": one["account."]["code"],
        "on_stock": one["account."]["type."]["statement"] == "balance",
        "amount": str(one["debit"] - one["credit"]),
        "posted": one["move."]["state"] == "posted",
        "product": move["product."]["code"],
        "from": move["from_location."]["type"],
        "to": move["to_location."]["type"],
        "order": order["reference"] if order else "",
    }


def _at(warehouse):
    """Whatever came into the warehouse or left it."""
    here = ("storage_location", "production_location")
    places = [warehouse[name] for name in here]
    return ["OR", [("from_location", "in", places)], [("to_location", "in", places)]]


def _search(tryton, model, domain, fields):
    return tryton.get_proxy(model).search_read(
        domain, 0, None, [("id", "ASC")], fields, tryton.context
    )
