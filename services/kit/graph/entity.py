"""Entities of the graph that an id leads to without a look-up."""

from collections.abc import Iterable
from typing import Any, Self

import strawberry
from strawberry.types import Info

from services.kit.errors import DomainError
from services.kit.graph.batch import batch_reference
from services.kit.graph.references import referenced
from services.kit.ids import GraphId


class Entity:
    """Every id of the type that decodes is one: nothing is loaded, its parts are, a batch each.

    The class is called as the type is in the graph.
    """

    @classmethod
    def id_of(cls, plant: str, key: str) -> strawberry.ID:
        """The id of the one with this natural key in a plant."""
        return strawberry.ID(GraphId(cls.__name__, plant, key).encode())

    @classmethod
    def enter(cls, named: GraphId) -> Self:
        """What an id names, for those who may see it; raises DomainError for everybody else."""
        raise NotImplementedError

    @classmethod
    def enter_all(cls, ids: Iterable[str]) -> list[Self | DomainError]:
        """For each id what it names, or why that is refused."""
        return referenced(ids, cls.__name__, cls.enter)

    @batch_reference
    async def resolve_many(  # noqa: D102 - see the class
        cls,  # noqa: N805
        info: Info[Any, Any],
        ids: list[str],
    ) -> list[Self | DomainError]:
        return cls.enter_all(ids)
