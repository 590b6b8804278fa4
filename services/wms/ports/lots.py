"""Lots, what they come from, and the holds on them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from services.wms.domain.hold import Hold, Restraint
from services.wms.domain.keys import LotKey


class Link(NamedTuple):
    """Stock of `source` became stock of `target`."""

    source: LotKey
    target: LotKey


class Lots(Protocol):
    """Lots and the holds on them; whoever moves or holds a lot locks it first."""

    async def open(self, keys: Collection[LotKey]) -> dict[LotKey, list[Restraint]]:
        """All of them, locked in the order of their keys: holds in force on each, by number."""
        ...

    async def holds(self, keys: Collection[LotKey]) -> dict[LotKey, list[Restraint]]:
        """Holds in force on those that have any, by number; inherited ones too."""
        ...

    async def hold(self, holds: Sequence[Hold], *, inherited: bool = False) -> None:
        """Keep each where its version is not lower than the one kept; the lots are locked.

        What was `inherited` never replaces a version that quality gave for the lot itself.
        """
        ...

    async def children(self, keys: Collection[LotKey]) -> set[LotKey]:
        """One level down, of locked lots: none is added before we commit."""
        ...

    async def link(self, links: Mapping[Link, int]) -> None:
        """So many more movements lead from one to the other, or fewer; both are locked."""
        ...

    async def walk(self, after: LotKey | None) -> Sequence[LotKey]:
        """The next few hundred of all plants, by key; none at the end."""
        ...
