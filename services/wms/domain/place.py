"""Where stock is: a lot at a location in a status."""

from enum import StrEnum
from typing import NamedTuple

from services.wms.domain.keys import LotKey


class Status(StrEnum):
    """What may be done with stock; quality's opinion of the lot is another matter."""

    UNRESTRICTED = "unrestricted"
    QUALITY = "quality"
    BLOCKED = "blocked"
    RESTRICTED = "restricted"
    IN_TRANSIT = "in_transit"


class Place(NamedTuple):
    """The key of a balance; `location` "" is the plant's default storage location."""

    lot: LotKey
    location: str
    status: Status

    def __str__(self) -> str:
        """For people: "FLOUR lot F1, unrestricted at A-01"."""
        lot = f" lot {self.lot.lot_no}" if self.lot.lot_no else ""
        location = f" at {self.location}" if self.location else ""
        return f"{self.lot.item_no}{lot}, {self.status}{location}"
