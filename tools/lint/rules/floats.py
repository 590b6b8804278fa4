"""No float where a quantity, an amount or a code passes.

0.1 + 0.2 is not 0.3: a float loses grams between ERP and stock, and the recount never matches.
Inside a service a number is an int, a Decimal or a Quantity. Durations are the exception and say so
in their names: `timeout_seconds`, `..._ratio`.
"""

import ast
from collections.abc import Iterator

from tools.lint.house import Finding, House, Module

RULE = "floats"
LAYERS = {
    "application", "consumers", "domain", "graph", "policy", "ports", "rpc", "store", "wire",
    "workflows",
}  # fmt: skip
MEASURES = ("seconds", "ratio")
HINT = "a float; use Quantity or Decimal (a duration's name ends in _seconds, a share's in _ratio)"


def check(house: House) -> Iterator[Finding]:
    """Float annotations, literals and conversions in the layers of each service."""
    for service in house.services:
        for module in house.within("services", service):
            if LAYERS.intersection(module.parts[2:3]):
                yield from _floats(module)


def _floats(module: Module) -> Iterator[Finding]:
    excused = {id(inner) for node in module.nodes for inner in _measured(node)}
    for node in module.nodes:
        named = isinstance(node, ast.Name) and node.id == "float"
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if (named or literal) and id(node) not in excused:
            yield from module.finding(node, RULE, HINT)


def _measured(node: ast.AST) -> Iterator[ast.AST]:
    """What belongs to a name that says it is a duration or a ratio."""
    match node:
        case ast.arguments():
            yield from _defaults(node)
        case (
            ast.arg(arg=name)
            | ast.keyword(arg=str(name))
            | ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name))
            | ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)])
        ) if _says_so(name):
            yield from ast.walk(node)
        case ast.FunctionDef(name=name, returns=ast.expr() as returns) if _says_so(name):
            yield from ast.walk(returns)


def _defaults(arguments: ast.arguments) -> Iterator[ast.AST]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if default and _says_so(argument.arg):
            yield from ast.walk(default)


def _says_so(name: str) -> bool:
    return name.lower().endswith(MEASURES)
