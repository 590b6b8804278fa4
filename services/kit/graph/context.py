"""What a resolver may reach: who asks, the service's ports, and this request's loaders."""

from collections.abc import Hashable
from typing import Any, TypedDict

from strawberry.dataloader import DataLoader

from services.kit.access.principal import Principal

Loaders = dict[Hashable, DataLoader[Any, Any]]


class GraphContext(TypedDict):
    """A service adds its ports: `class Context(GraphContext): orders: Orders`."""

    principal: Principal
    loaders: Loaders
