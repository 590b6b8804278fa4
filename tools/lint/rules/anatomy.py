"""Every service has the same parts under the same names.

Who knows one service finds the one place for a change in all of them, and the import contracts can
be written once. What fits no name belongs into kit, or the anatomy changes for everybody.
"""

from collections.abc import Iterator

from tools.lint.house import Finding, House

RULE = "anatomy"
REQUIRED = ("__init__", "__main__", "settings", "policy", "domain")
OPTIONAL = (
    "ports", "application", "wire", "rpc", "graph", "consumers", "store", "adapters", "migrations",
    "py",
)  # fmt: skip
ONLY_IN = {"workflows": "process"}


def check(house: House) -> Iterator[Finding]:
    """Strange names inside a service, and parts that none may lack."""
    for service in house.services:
        folder = f"services/{service}"
        found: dict[str, str] = {}
        for path in house.paths:
            if path.startswith(f"{folder}/"):
                found.setdefault(path.split("/")[2].split(".")[0], path)
        for name, path in found.items():
            if name not in (*REQUIRED, *OPTIONAL) and ONLY_IN.get(name) != service:
                yield Finding(path, 1, RULE, f"{name} is no part of a service (architecture 2)")
        for name in REQUIRED:
            if name not in found:
                yield Finding(folder, 1, RULE, f"{service} lacks {name}")
