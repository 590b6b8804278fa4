"""What machines counted, and what of it waits for a person."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from services.kit.paging import Page
from services.mes.domain.counting import Difference, Meter, Uncounted


class Meters(Protocol):
    """How far the counters of each machine are counted."""

    async def open(self, machines: Mapping[str, str]) -> dict[str, Meter]:
        """Of each machine (plant by equipment), locked; one never seen shows nothing."""
        ...

    async def save(self, meters: Collection[Meter]) -> None:
        """Keep what moved."""
        ...


class Waiting(Protocol):
    """Differences that nobody could book; they are never removed."""

    async def add(self, differences: Sequence[Difference]) -> None:
        """New ones, in their order, each with its doubt."""
        ...

    async def get(
        self, plant: str, ids: Collection[str], *, lock: bool = False
    ) -> dict[str, Uncounted]:
        """Those of the plant; locked in the order of their places if asked."""
        ...

    async def page(self, plant: str, page: Page, *, settled: bool) -> Sequence[Uncounted]:
        """One more than the page's size at most, by place; the settled ones too if asked."""
        ...

    async def settle(self, settled: Sequence[Uncounted]) -> None:
        """Keep how each was settled."""
        ...
