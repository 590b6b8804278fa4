"""A machine is registered by being found: whatever a domain declares, and kit's lanes."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import services
from services.kit.machine import Machine

AnyMachine = Machine[Any, Any]
_BESIDES = ("services.kit.lanes.entry",)


def machines() -> list[AnyMachine]:
    """All of them by name; one that is imported elsewhere too is found once."""
    found = {id(one): one for module in _modules() for one in _declared(module)}
    return sorted(found.values(), key=lambda machine: machine.name)


def _modules() -> Iterator[ModuleType]:
    for service in walk_packages(services.__path__, "services."):
        if service.name.split(".")[2:3] == ["domain"]:
            yield import_module(service.name)
    yield from map(import_module, _BESIDES)


def _declared(module: ModuleType) -> Iterator[AnyMachine]:
    return (value for value in vars(module).values() if isinstance(value, Machine))
