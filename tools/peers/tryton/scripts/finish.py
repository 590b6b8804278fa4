"""The end of production orders. Runs in the environment of Tryton."""

from introduce import the
from proteus import Model


def finish(tryton, task):
    """{"orders": [reference]}: what is still open of each is struck out, its works end, it is done.

    Nothing moves by it: a move that was planned and not made would be booked otherwise.
    """
    for reference in task["orders"]:
        order = the("production", "reference", reference)
        _strike_out(tryton, order)
        _end_works(order)
        order.click("do")
    return {}


def _strike_out(tryton, order):
    left = {
        side: [["delete", [move.id for move in getattr(order, side) if move.state in _OPEN]]]
        for side in ("inputs", "outputs")
    }
    tryton.get_proxy("production").write([order.id], left, tryton.context)
    order.reload()


def _end_works(order):
    for work in Model.get("production.work").find([("production", "=", order.id)]):
        if work.state == "finished":
            continue
        if not work.active_cycles:
            work.click("start")
        work.click("stop")


_OPEN = ("staging", "draft")
