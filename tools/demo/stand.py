"""What the platform says of an order: the graph, read as a client reads it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.demo.graph import Graph

Node = dict[str, Any]


@dataclass(frozen=True)
class Stand:
    """Of its yield: posted + held + scrapped + waiting. `scrap` is what the floor reported."""

    reports: int
    confirmed: Decimal
    scrap: Decimal
    posted: Decimal
    held: Decimal
    """Blocked by a disposition, or accepted and held back by a hold."""
    scrapped: Decimal
    """By a disposition."""
    waiting: Decimal
    """For quality, for the ERP, or for a person."""
    on_the_way: int
    """Postings of any kind that the ERP does not have yet."""


async def stands(graph: Graph, plant: str) -> dict[str, Stand]:
    """By order number; an order that a service does not know yet is left out."""
    orders = (await graph.ask("stands", plant=plant))["orders"]["edges"]
    nodes = [edge["node"] for edge in orders]
    return {
        node["commercial"]["orderNo"]: _stand(node["execution"], node["flow"], node["postings"])
        for node in nodes
        if node["execution"] and node["flow"]
    }


def _stand(execution: Node, flow: Node, postings: list[Node]) -> Stand:
    posted = _sum(
        line
        for one in postings
        if one["kind"] == "YIELD" and one["state"] == "POSTED"
        for line in one["lines"]
    )
    held_back = _sum(wait for wait in flow["waits"] if wait["kind"] == "HOLD")
    return Stand(
        reports=execution["lastConfirmationNo"],
        confirmed=_value(execution["produced"]),
        scrap=_value(execution["scrapped"]),
        posted=posted,
        held=_value(flow["blocked"]) + held_back,
        scrapped=_value(flow["scrapped"]),
        waiting=_value(flow["waiting"]) + _value(flow["released"]) - posted - held_back,
        on_the_way=sum(one["state"] != "POSTED" for one in postings),
    )


def _sum(parts: Iterable[Node]) -> Decimal:
    return sum((_value(part["quantity"]) for part in parts), Decimal(0))


def _value(quantity: Node | None) -> Decimal:
    return Decimal(quantity["value"]) if quantity else Decimal(0)
