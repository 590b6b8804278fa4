"""The wall clock is read in kit.clock only, and not at all in the backbone and the lanes.

Wall clocks jump: at a DST change, an NTP step, a restored machine. A lease judged by one is held by
two owners at once. So time is injected (a test moves it), the backbone and the lanes measure with
time.monotonic on one machine, or let the database judge between machines.
"""

import ast
from collections.abc import Iterator

from tools.lint.house import Finding, House, Module, dotted, imported

RULE = "wall-clock"
CLOCK = "services/kit/clock.py"
STRICT = (("services", "kit", "backbone"), ("services", "kit", "lanes"))
WALL = {
    "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime", "date.today",
    "datetime.now", "datetime.today", "datetime.utcnow", "datetime.fromtimestamp",
    "datetime.utcfromtimestamp",
}  # fmt: skip
READINGS = ("now", "today", "utcnow")


def check(house: House) -> Iterator[Finding]:
    """Wall-clock reads in services outside kit.clock."""
    for module in house.within("services"):
        if module.path != CLOCK:
            yield from _reads(module, strict=module.parts[:3] in STRICT)


def _reads(module: Module, *, strict: bool) -> Iterator[Finding]:
    for node in module.nodes:
        if isinstance(node, ast.Call) and _tells_time(dotted(node.func)):
            yield from module.finding(
                node, RULE, "reads the wall clock; take a kit.clock.Clock as an argument"
            )
        elif strict and isinstance(node, ast.Call) and _asks_a_clock(node):
            yield from module.finding(
                node, RULE, "judges by a wall clock; use time.monotonic or the database's clock"
            )
        elif any(name in WALL for name in imported(node)):
            yield from module.finding(node, RULE, "imports the wall clock; take a kit.clock.Clock")


def _tells_time(name: str) -> bool:
    return ".".join(name.split(".")[-2:]) in WALL


def _asks_a_clock(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in READINGS
