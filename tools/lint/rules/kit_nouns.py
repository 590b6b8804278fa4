"""kit knows no business noun: of the contracts it may read only those that every service
serves.

A library that imports one service's messages serves that service and holds up all others.
"""

from collections.abc import Iterator

from tools.lint.house import Finding, House, imported

RULE = "kit-nouns"
SHARED = ("plantmesh.common.", "plantmesh.ops.")


def check(house: House) -> Iterator[Finding]:
    """Imports of a service's generated code in kit."""
    for module in house.within("services", "kit"):
        for node in module.nodes:
            for name in imported(node):
                if name.startswith("plantmesh.") and not name.startswith(SHARED):
                    yield from module.finding(node, RULE, f"kit imports {name}; pass the class in")
