"""A module is one noun: beyond 300 lines it becomes a package, beyond 400 the check fails.

Nobody reviews a file of a thousand lines. A service's `__main__` wires and decides nothing: 60.
"""

from collections.abc import Iterator

from tools.lint.house import Finding, House, Module

RULE = "size"
WARN, FAIL, ROOT = 300, 400, 60


def check(house: House) -> Iterator[Finding]:
    """Line counts of every Python module."""
    for module in house.modules:
        yield from _judge(module, len(module.lines))


def _judge(module: Module, lines: int) -> Iterator[Finding]:
    is_root = module.parts[0] == "services" and module.parts[2:] == ("__main__",)
    if is_root and lines > ROOT:
        yield Finding(module.path, ROOT, RULE, f"{lines} lines; a composition root has {ROOT}")
    elif lines > WARN:
        message = f"{lines} lines; split it into a package of the same name"
        yield Finding(module.path, WARN, RULE, message, warning=lines <= FAIL)
