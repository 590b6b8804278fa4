"""Our copy of the item master."""

from collections.abc import Mapping

from services.kit.copies import require
from services.kit.quantity import Measures
from services.wms import wire


class CopiedItems:
    """ports.Items, as copied from reference."""

    async def measures(self, wanted: Mapping[str, str]) -> dict[str, Measures]:
        """The units of each; raises NotFoundError naming its field."""
        found = await require(wire.ITEMS, wanted)
        return {item_no: wire.read_measures(item) for item_no, item in found.items()}
