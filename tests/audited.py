"""Evidence that commands leave audit rows: tables of requests that are played against a service."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.kit.store import Store

Ask = Callable[[Any], Awaitable[Any]]
PRIVATE = frozenset(("operator", "person", "customer", "contact", "price", "cost"))
"""Fields that the chain, which cannot forget, must not keep: who worked, who bought, for how much.

What things cost is kept of the kind standard_cost alone, and shown to who may know it.
"""
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Step:
    """A request that changes something, and the kinds of audit rows that it leaves.

    `first` puts things into place, `request` may be made of what is there by then.
    """

    asks: type[Message]
    request: Message | Callable[[Any], Awaitable[Message]]
    kinds: str
    first: Callable[[Any], Awaitable[object]] | None = None


def step(request: Message, kinds: str, **more: Any) -> Step:
    """Of a request that is known beforehand."""
    return Step(type(request), request, kinds, **more)


async def play(rig: Any, store: Store, ask: Ask, steps: Iterable[Step]) -> None:
    """One after the other; each leaves rows of its kinds, through its method, and no others."""
    wrong: list[tuple[str, object]] = []
    for one in steps:
        if one.first:
            await one.first(rig)
        request = one.request if isinstance(one.request, Message) else await one.request(rig)
        mark = await _last(store)
        await ask(request)
        found = await rows_of(store, one.asks, after=mark)
        if found != set(one.kinds.split()):
            wrong.append((one.asks.DESCRIPTOR.name, found))
        if private := await _private(store, mark):
            wrong.append((one.asks.DESCRIPTOR.name, private))
    assert not wrong, wrong


async def rows_of(store: Store, asks: type[Message], *, after: int = 0) -> set[str]:
    """The kinds of rows that came through this method."""
    name = asks.DESCRIPTOR.name.removesuffix("Request")
    async with store.work() as work:
        rows = await work.sql(
            "SELECT DISTINCT kind FROM (SELECT id, kind, method FROM audit_unsealed"
            " UNION ALL SELECT id, kind, method FROM audit) a"
            " WHERE id > %s AND regexp_replace(method, '^.*[./]|Request$', '', 'g') = %s",
            (after, name),
        )
    return {kind for (kind,) in rows}


def leaves_rows(*asks: type[Message]) -> Callable[[F], F]:
    """Say of a test that it proves it of these."""

    def mark(test: F) -> F:
        test.proves = asks  # type: ignore[attr-defined]
        return test

    return mark


async def _private(store: Store, after: int) -> frozenset[str]:
    """Fields of rows since then, at any depth, that must be empty or not be there."""
    async with store.work() as work:
        rows = await work.sql(
            "SELECT DISTINCT f[1] FROM audit_unsealed,"
            """ regexp_matches(concat(old, new), '"([a-z_]+)":(?!null|"")', 'g') f WHERE id > %s""",
            (after,),
        )
    return PRIVATE & frozenset(name for (name,) in rows)


async def _last(store: Store) -> int:
    async with store.work() as work:
        [(last,)] = await work.sql(
            "SELECT greatest((SELECT max(id) FROM audit_unsealed), (SELECT max(id) FROM audit))"
        )
    return int(last or 0)
