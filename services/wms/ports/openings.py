"""What was counted before a plant was taken over."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from services.wms.domain.opening import Opening
from services.wms.domain.place import Place


class Openings(Protocol):
    """Openings by place; who writes them holds the locks of the lots."""

    async def get(self, places: Collection[Place]) -> dict[Place, Opening]:
        """Those that were loaded."""
        ...

    async def live(self, until: Mapping[Place, datetime | None]) -> dict[Place, Decimal]:
        """What anything but openings added to each, as far as it happened until then.

        None is no limit. In the item's base unit; a place where nothing moved is left out.
        """
        ...

    async def put(self, openings: Sequence[Opening]) -> None:
        """As they are now."""
        ...

    async def page(self, plant: str, after: Place | None) -> Sequence[Opening]:
        """The next few hundred of a plant, by place; none at the end."""
        ...
