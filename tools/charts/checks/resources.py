"""What containers ask for and may take.

Source: Kubernetes "Resource Management for Pods and Containers", "Quantity".
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Container, Manifests

_QUANTITY = re.compile(r"(?P<number>[+-]?(\d+(\.\d*)?|\.\d+))(?P<unit>[A-Za-z]*|[eE][+-]?\d+)")
_THOUSANDS = {"n": -3, "u": -2, "m": -1, "": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_KIBI = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_EXPECTED = ("cpu", "memory")


def check(manifests: Manifests) -> Iterator[Finding]:
    """Requests are there, and none is above its limit."""
    for container in manifests.containers:
        resources = container.fields.get("resources") or {}
        requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
        for part, given in (("requests", requests), ("limits", limits)):
            yield from _readable(container, part, given)
        yield from _above(container, requests, limits)
        for name in _EXPECTED:
            if name not in requests and name not in limits:
                message = f"asks for no {name}: it is evicted first, and no HPA can scale it"
                yield container.finding("resources.requests", message, "set what was measured")


def amount(quantity: Any) -> Decimal | None:
    """A quantity in units (cores, bytes), None if it is none: "250m" is 0.25, "1Ki" 1024."""
    found = _QUANTITY.fullmatch(str(quantity))
    if not found:
        return None
    number, unit = Decimal(found["number"]), found["unit"]
    if unit in _THOUSANDS:
        return number * Decimal(1000) ** _THOUSANDS[unit]
    if unit in _KIBI:
        return number * Decimal(1024) ** _KIBI[unit]
    return Decimal(f"{number}{unit}") if unit[1:].lstrip("+-").isdigit() else None


def _readable(container: Container, part: str, given: dict[str, Any]) -> Iterator[Finding]:
    for name, quantity in given.items():
        size = amount(quantity)
        if size is None or size < 0:
            hint = "write it as 250m, 1, 512Mi"
            message = f"{quantity!r} is no quantity"
            yield container.finding(f"resources.{part}.{name}", message, hint)


def _above(
    container: Container, requests: dict[str, Any], limits: dict[str, Any]
) -> Iterator[Finding]:
    for name in requests.keys() & limits.keys():
        asked, most = amount(requests[name]), amount(limits[name])
        if asked is not None and most is not None and asked > most:
            message = f"{requests[name]} is above the limit {limits[name]}"
            hint = "lower the request or raise the limit"
            yield container.finding(f"resources.requests.{name}", message, hint)
