"""No broad except outside kit's loops and `__main__`.

A handler that swallows everything turns a lost event into a log line. Only a loop that must outlive
any one message may catch Exception, in kit, once, and says why beside it; ruff's BLE001 cannot tell
these places from others, and a bare `noqa` explains nothing.
"""

import ast
import re
from collections.abc import Iterator

from tools.lint.house import Finding, House, Module, dotted

RULE = "broad-except"
BROAD = {"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"}
EXPLAINED = re.compile(r"# noqa: BLE001 - \S")


def check(house: House) -> Iterator[Finding]:
    """Broad handlers and `suppress(Exception)` in services and tools."""
    for folder in ("services", "tools"):
        for module in house.within(folder):
            for node in module.nodes:
                if _is_broad(node):
                    yield from _judge(module, node)


def _is_broad(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler) and not _passes_on(node):
        return node.type is None or any(name in BROAD for name in _caught(node.type))
    if isinstance(node, ast.Call) and dotted(node.func).endswith("suppress"):
        return any(dotted(argument) in BROAD for argument in node.args)
    return False


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """It notes the error and raises it again: nothing is swallowed."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _caught(caught: ast.expr) -> list[str]:
    if isinstance(caught, ast.Tuple):
        return [dotted(element) for element in caught.elts]
    return [dotted(caught)]


def _judge(module: Module, node: ast.AST) -> Iterator[Finding]:
    allowed = module.parts[:2] == ("services", "kit") or module.parts[-1] == "__main__"
    if not allowed:
        yield from module.finding(node, RULE, "catches everything; name the errors you can answer")
    elif not EXPLAINED.search(module.lines[node.lineno - 1]):  # type: ignore[attr-defined]
        yield from module.finding(node, RULE, "say why: `# noqa: BLE001 - reason` on this line")
