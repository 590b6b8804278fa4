"""Names are plain nouns of the trade; no pattern suffixes, no buckets, no second editions.

`OrderManager` says nothing about what it does, `utils` takes anything, `order_v2_new` leaves the
reader to guess which one runs.
"""

import ast
import re
from collections.abc import Iterator

from tools.lint.house import Finding, House

RULE = "names"
CLASS = re.compile(
    r"(Manager|Helper|Utils?|Processor|Impl|Base|Abstract|DTO)$|^(Base|Abstract)[A-Z]"
)
BUCKETS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "managers"}
EDITION = re.compile(r"_(new|old|v\d+)$")


def check(house: House) -> Iterator[Finding]:
    """Classes, modules and folders in services, tools and tests."""
    for folder in ("services", "tools", "tests"):
        for module in house.within(folder):
            for part in module.parts[1:]:
                if part in BUCKETS or EDITION.search(part):
                    yield Finding(module.path, 1, RULE, f"{part} is not a noun of the trade")
            for node in module.nodes:
                if isinstance(node, ast.ClassDef) and CLASS.search(node.name):
                    yield from module.finding(
                        node, RULE, f"{node.name}: say what it is, not which pattern it follows"
                    )
