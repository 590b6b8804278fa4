"""What people who mend stuck flows need of the books."""

from collections.abc import Collection, Sequence
from typing import Protocol

from services.kit.paging import Page
from services.process.domain.stuck import StuckFlow


class StuckFlows(Protocol):
    """Flows of which something was refused."""

    async def page(
        self, plants: Collection[str] | None, code: str, page: Page
    ) -> Sequence[StuckFlow]:
        """Those that wait for a person, by name; of these plants (None: all), with that code."""
        ...

    async def get(self, flows: Collection[str]) -> Sequence[StuckFlow]:
        """Whatever was refused of these, by name; those with nothing refused are left out."""
        ...
