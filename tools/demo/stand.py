"""What the platform says of an order: the graph, read as a client reads it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tools.demo.graph import Graph

Node = dict[str, Any]


@dataclass(frozen=True)
class Stand:
    """Of its yield: posted + held + scrapped + waiting. `scrap` is what the floor reported.

    `made` is by lot, `used` by item and lot.
    """

    reports: int
    confirmed: Decimal
    scrap: Decimal
    made: Mapping[str, Decimal]
    used: Mapping[tuple[str, str], Decimal]
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
        node["commercial"]["orderNo"]: _stand(node)
        for node in nodes
        if node["execution"] and node["flow"]
    }


def _stand(node: Node) -> Stand:
    execution, flow, postings = node["execution"], node["flow"], node["postings"]
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
        made=_made(node["lots"]),
        used=_used(postings),
        posted=posted,
        held=_value(flow["blocked"]) + held_back,
        scrapped=_value(flow["scrapped"]),
        waiting=_value(flow["waiting"]) + _value(flow["released"]) - posted - held_back,
        on_the_way=sum(one["state"] != "POSTED" for one in postings),
    )


def _made(lots: list[Node]) -> dict[str, Decimal]:
    known = [lot["identity"] for lot in lots if lot["identity"]]
    return {one["lotNo"]: _value(one["produced"]) for one in known}


def _used(postings: list[Node]) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for one in postings:
        if one["kind"] == "CONSUMPTION" and one["state"] == "POSTED":
            for line in one["lines"]:
                found[line["itemNo"], line["lotNo"]] += _value(line["quantity"])
    return dict(found)


def _sum(parts: Iterable[Node]) -> Decimal:
    return sum((_value(part["quantity"]) for part in parts), Decimal(0))


def _value(quantity: Node | None) -> Decimal:
    return Decimal(quantity["value"]) if quantity else Decimal(0)
