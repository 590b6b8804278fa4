"""Import contracts for every service there is: a new one is covered on its first day.

Used by import-linter through pyproject.toml; the stock contracts want each package by name.
"""

import sys
from typing import Any, cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.domain.imports import ModuleExpression

ROOT = "services"
KIT = "services.kit"


def _services(graph: ImportGraph) -> list[ModuleExpression]:
    children = graph.find_children(ROOT) - {KIT}
    return [ModuleExpression(child) for child in sorted(children)]


class ServiceLayers(LayersContract):
    """The layers inside each service; kit is a library and has none."""

    def validate(self) -> None:
        """Exhaustive by nature: the containers are known once the graph is."""
        cast(Any, self).exhaustive = True

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check each service on its own."""
        cast(Any, self).containers = _services(graph)
        return super().check(graph, verbose)


class ServiceIndependence(IndependenceContract):
    """No service imports another; they meet in protos and events."""

    modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check all services against each other."""
        cast(Any, self).modules = _services(graph)
        return super().check(graph, verbose)


class OnlyImports(Contract):
    """`source_modules` may import the standard library, their own package and `allowed_modules`."""

    source_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed_modules = fields.SetField(subfield=fields.ModuleField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Look at direct imports: what an allowed module imports is that module's contract."""
        allowed = {module.name for module in cast(Any, self.allowed_modules)}
        strays: list[str] = []
        for expression in cast(Any, self.source_modules):
            for package in sorted(_matching(graph, expression.expression)):
                own = {package, *graph.find_descendants(package)}
                for module in sorted(own):
                    found = graph.find_modules_directly_imported_by(module)
                    strays += [
                        f"{module} -> {name}"
                        for name in sorted(found - own - allowed)
                        if name.split(".")[0] not in sys.stdlib_module_names
                    ]
        return ContractCheck(kept=not strays, metadata={"strays": strays})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """One line an import."""
        for stray in check.metadata["strays"]:
            output.print_error(stray, bold=False)


def _matching(graph: ImportGraph, expression: str) -> set[str]:
    if "*" in expression:
        return set(graph.find_matching_modules(expression))
    return {expression} & graph.modules
