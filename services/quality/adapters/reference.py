"""The item master, as reference answers for it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from services.quality import wire
from services.quality.domain.item import Item

# What one look-up takes.
_AT_ONCE = 500


class ReferenceItems:
    """ports.MasterData; `ask` is BatchGetItems of reference."""

    def __init__(self, ask: Callable[[Any], Awaitable[Any]]) -> None:
        self._ask = ask

    async def items(self, item_nos: Collection[str]) -> Sequence[Item]:
        """Those that exist there."""
        wanted = sorted(item_nos)
        found: list[Item] = []
        for start in range(0, len(wanted), _AT_ONCE):
            answer = await self._ask(wire.item_request(wanted[start : start + _AT_ONCE]))
            found += map(wire.read_item, answer.items)
        return found
