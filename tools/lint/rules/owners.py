"""OWNERS.yaml names who answers for each part that can wake someone or break a partner.

An alert without an owner is an alert nobody answers. The file is compared with the tree both ways:
what exists has an owner, and an owner of nothing is a leftover.
"""

import ast
from collections.abc import Iterator
from typing import Any

import yaml

from tools.lint.house import Finding, House, dotted

RULE = "owners"
OWNERS = "OWNERS.yaml"
SIGNALS = "services/kit/signals/"


def check(house: House) -> Iterator[Finding]:
    """Parts without an owner, owners without a part, owners who are no team."""
    if OWNERS not in house.paths:
        yield Finding(OWNERS, 1, RULE, "is missing")
        return
    text = (house.root / OWNERS).read_text()
    declared: dict[str, Any] = yaml.safe_load(text)
    teams = set(declared.get("teams") or ())
    for section, existing in parts(house).items():
        owned: dict[str, str] = declared.get(section) or {}
        for name in sorted(existing - owned.keys()):
            yield Finding(OWNERS, _line(text, section), RULE, f"{section}: {name} has no owner")
        for name in sorted(owned.keys() - existing):
            yield Finding(OWNERS, _line(text, name), RULE, f"{section}: there is no {name}")
        for name, team in owned.items():
            if team not in teams:
                yield Finding(OWNERS, _line(text, name), RULE, f"{name}: {team} is no team")


def parts(house: House) -> dict[str, set[str]]:
    """What must have an owner, as the tree declares it."""
    return {
        "services": _services(house),
        "protos": set(_protos(house)),
        "streams": set(_streams(house)),
        "code_maps": set(_members(house, "CodeDomain")),
        "alerts": set(_alerts(house)),
        "dead_letters": set(_members(house, "DeadLetterClass")),
    }


def _services(house: House) -> set[str]:
    own = {
        folder for folder in ("gateway",) if any(p.startswith(f"{folder}/") for p in house.paths)
    }
    return {*house.services, "kit", *own}


def _protos(house: House) -> Iterator[str]:
    for path in house.paths:
        if path.startswith("protos/plantmesh/") and path.endswith(".proto"):
            yield ".".join(path.split("/")[1:-1])


def _streams(house: House) -> Iterator[str]:
    """The name given to each `Topic(...)` in a service."""
    for service in house.services:
        for module in house.within("services", service):
            for node in module.nodes:
                if isinstance(node, ast.Call) and dotted(node.func).endswith("Topic"):
                    named = [word.value for word in node.keywords if word.arg == "name"]
                    yield from (_text(argument) for argument in [*node.args, *named][:1])


def _members(house: House, enum: str) -> Iterator[str]:
    """The values of a string enumeration, wherever in services it is declared."""
    for module in house.within("services"):
        for node in module.nodes:
            if isinstance(node, ast.ClassDef) and node.name == enum:
                yield from (_text(line.value) for line in node.body if isinstance(line, ast.Assign))


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "?"


def _alerts(house: House) -> Iterator[str]:
    for path in house.paths:
        if path.startswith(SIGNALS) and path.endswith(".yaml"):
            registry = yaml.safe_load((house.root / path).read_text())
            for section in ("alerts", "objectives"):
                yield from (registry or {}).get(section) or ()


def _line(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip().startswith(f"{name}:"):
            return number
    return 1
