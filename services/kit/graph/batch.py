"""Resolvers that take all their keys or parents at once; one by one does not exist.

A definition serves the reference executor through a DataLoader of the request. It keeps nothing
of that executor, so a compiled one may call it directly.
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar, get_args

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from services.kit.errors import InvalidError
from services.kit.graph.budget import Budget
from services.kit.graph.context import Loaders

_AT_ONCE = 1000
"""Keys or parents of one call: between two of them the budget may have been used up."""

T = TypeVar("T")
Resolver = Callable[..., Awaitable[Sequence[T]]]


class batch_reference(Generic[T]):  # noqa: N801 - reads as a decorator
    """Answers the gateway's representations of a type: `(cls, info, ids) -> one per id, or None`.

    All representations of the type in one operation make one call, each id once.
    """

    def __init__(self, resolve_many: Resolver[T]) -> None:
        self._resolve_many = resolve_many

    def __set_name__(self, owner: type, name: str) -> None:
        """Strawberry looks for `resolve_reference`."""
        resolve_many = self._resolve_many

        def resolve_reference(
            cls: type, /, info: Info[Any, Any], **representation: object
        ) -> Awaitable[T]:
            key = representation.get("id")
            if not isinstance(key, str):
                raise InvalidError(f"a {cls.__name__} is named by its id", field="id")
            loader = _loader(
                info,
                (resolve_many, cls),
                lambda keys: resolve_many(cls, info, keys),
                cache=True,
            )
            return loader.load(key)

        setattr(owner, "resolve_reference", classmethod(resolve_reference))  # noqa: B010
        setattr(owner, name, classmethod(resolve_many))


def batch_field(**options: Any) -> Callable[[Resolver[T]], T]:
    """A field resolved for all parents of a level: `(self, info, parents, ...) -> one per parent`.

    Parents of one id are one: what is found for it is the answer of each. Arguments after
    `parents` are the field's own; `options` those of strawberry's field.
    """

    def decorate(resolve_many: Resolver[T]) -> T:
        own = list(inspect.signature(resolve_many).parameters.values())[3:]

        def resolve(self: Any, info: Info[Any, Any], **arguments: Any) -> Awaitable[T]:
            loader = _loader(
                info,
                (resolve_many, tuple(sorted((k, _frozen(v)) for k, v in arguments.items()))),
                lambda parents: _each_once(
                    info, parents, lambda some: resolve_many(self, info, some, **arguments)
                ),
                cache=False,
            )
            return loader.load(self)

        setattr(resolve, "__signature__", _signature(resolve, resolve_many, own))  # noqa: B010
        resolve.__name__ = resolve_many.__name__
        resolve.__module__ = resolve_many.__module__
        resolve.__doc__ = resolve_many.__doc__
        field: T = strawberry.federation.field(resolver=resolve, **options)
        return field

    return decorate


async def _each_once(
    info: Info[Any, Any],
    parents: Sequence[Any],
    load: Callable[[list[Any]], Awaitable[Sequence[T]]],
) -> list[T]:
    """A lot that a hundred others lead to is read once, yet each of its answers is counted."""
    ids = [getattr(parent, "id", id(parent)) for parent in parents]
    unique = dict(zip(ids, parents, strict=True))
    found = dict(zip(unique, await load(list(unique.values())), strict=True))
    answers = [found[one] for one in ids]
    budget: Budget = info.context["budget"]
    budget.spend(sum(len(one) for one in answers if isinstance(one, list)))
    return answers


def _signature(
    resolve: Callable[..., Any], resolve_many: Resolver[T], own: list[inspect.Parameter]
) -> inspect.Signature:
    """What Strawberry reads the field from: one parent's share of the answer."""
    many = inspect.signature(resolve_many).return_annotation
    if isinstance(many, str) or not get_args(many):
        raise TypeError(f"{resolve_many.__qualname__} must return list[...], one entry per parent")
    first = list(inspect.signature(resolve).parameters.values())[:2]
    arguments = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    return inspect.Signature([*first, *arguments], return_annotation=get_args(many)[0])


def _loader(
    info: Info[Any, Any],
    key: Any,
    load: Callable[[list[Any]], Awaitable[Sequence[Any]]],
    *,
    cache: bool,
) -> DataLoader[Any, Any]:
    loaders: Loaders = info.context["loaders"]
    if key not in loaders:
        loaders[key] = DataLoader(load, cache=cache, max_batch_size=_AT_ONCE)
    return loaders[key]


def _frozen(value: Any) -> Any:
    """A hashable stand-in for an argument."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
