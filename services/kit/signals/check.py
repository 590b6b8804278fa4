"""Does the code use exactly what the registry lists? The house's lint asks in CI.

Python calls the verbs of services.kit.signals, the gateway's JavaScript those of signals.mjs.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from services.kit.signals.registry import Registry

_PACKAGE = "services.kit.signals"
_VERBS = {"counter", "up_down_counter", "gauge", "histogram", "observe", "span"}
_CALL = re.compile(rf"\bsignals\.(?:{'|'.join(sorted(_VERBS))})\(\s*(?:'([^']*)'\s*[,)])?")
_NOT_OURS = "node_modules"


class Use(NamedTuple):
    """One place that names a signal; `name` is "" where the name is computed."""

    name: str
    file: Path
    line: int


class Problem(NamedTuple):
    """Where code and registry disagree; without a file it is the registry itself."""

    file: Path | None
    line: int
    message: str

    def __str__(self) -> str:
        place = "registry" if self.file is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


def problems(roots: Iterable[Path], known: Registry) -> list[Problem]:
    """What is used but not registered, registered but not used, or not named by a literal."""
    uses = [use for root in roots for use in (*_python_uses(root), *_gateway_uses(root))]
    listed = known.metrics.keys() | known.spans.keys() | known.measures.keys()
    found = [
        Problem(use.file, use.line, "name the signal by a literal") for use in uses if not use.name
    ]
    found += [
        Problem(use.file, use.line, f"{use.name} is not in the registry")
        for use in uses
        if use.name and use.name not in listed
    ]
    unused = listed - {use.name for use in uses}
    linked = {link for span in known.spans.values() for link in span.links}
    found += [Problem(None, 1, f"{name} is used nowhere") for name in sorted(unused)]
    found += [
        Problem(None, 1, f"a link names {name}, no span")
        for name in sorted(linked - known.spans.keys())
    ]
    return found


def _python_uses(root: Path) -> Iterator[Use]:
    for file in sorted(root.rglob("*.py")):
        if Path(*_PACKAGE.split(".")).parts != file.parts[-4:-1]:
            yield from _uses(file)


def _gateway_uses(root: Path) -> Iterator[Use]:
    """Its plugins are one folder deep; node_modules would be a hundred thousand files."""
    for file in sorted([*root.glob("*.mjs"), *root.glob("*/*.mjs")]):
        if _NOT_OURS not in file.parts:
            text = file.read_text(encoding="utf-8")
            for call in _CALL.finditer(text):
                yield Use(call[1] or "", file, text.count("\n", 0, call.start()) + 1)


def _uses(file: Path) -> Iterator[Use]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    direct, modules = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_ours(node.func, direct, modules):
            yield Use(_literal(node.args[:1]), file, node.lineno)


def _literal(first: list[ast.expr]) -> str:
    match first:
        case [ast.Constant(value=str(name))]:
            return name
        case _:
            return ""


def _is_ours(call: ast.expr, direct: set[str], modules: set[str]) -> bool:
    match call:
        case ast.Name(id=name):
            return name in direct
        case ast.Attribute(value=ast.Name(id=module), attr=verb):
            return module in modules and verb in _VERBS
        case _:
            return False


def _imported(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The local names of our verbs, and of our package."""
    direct, modules = set(), set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        for alias in node.names:
            local = alias.asname or alias.name
            if node.module.startswith(_PACKAGE) and alias.name in _VERBS:
                direct.add(local)
            elif f"{node.module}.{alias.name}" == _PACKAGE:
                modules.add(local)
    return direct, modules
