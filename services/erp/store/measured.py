"""Our copy of the item master, as far as units go."""

from collections.abc import Collection, Mapping

from services.erp.wire.goods import ITEMS, read_measures
from services.kit.copies import known
from services.kit.quantity import Measures


class CopiedMeasures:
    """ports.reading.Measured."""

    async def measures(self, items: Collection[str]) -> Mapping[str, Measures]:
        """Of those that are known."""
        found = await known(ITEMS, set(items))
        return {item_no: read_measures(item) for item_no, item in found.items()}
