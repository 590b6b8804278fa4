"""A machine is registered by being found: whatever a domain declares."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import services
from services.kit.machine import Machine

AnyMachine = Machine[Any, Any]


def machines() -> list[AnyMachine]:
    """All of them by name; one that is imported elsewhere too is found once."""
    found = {id(one): one for module in _modules() for one in _declared(module)}
    return sorted(found.values(), key=lambda machine: machine.name)


def _modules() -> Iterator[ModuleType]:
    for service in iter_modules(services.__path__, "services."):
        if find_spec(f"{service.name}.domain"):
            domain = import_module(f"{service.name}.domain")
            for module in iter_modules(domain.__path__, f"{domain.__name__}."):
                yield import_module(module.name)


def _declared(module: ModuleType) -> Iterator[AnyMachine]:
    return (value for value in vars(module).values() if isinstance(value, Machine))
