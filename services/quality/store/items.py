"""Our copy of the item master."""

from collections.abc import Collection

from services.kit.copies import known
from services.quality import wire
from services.quality.domain.item import Item


class CopiedItems:
    """ports.Items, as copied from reference."""

    async def get(self, item_nos: Collection[str]) -> dict[str, Item]:
        """Those we know."""
        found = await known(wire.ITEMS, item_nos)
        return {item_no: wire.read_item(item) for item_no, item in found.items()}
