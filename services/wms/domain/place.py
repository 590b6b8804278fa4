"""Where stock is: a lot at a location in a status, whose it is and what it is packed in."""

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
    GR_BLOCKED = "gr_blocked"
    """Received; the ERP has not valuated it."""
    GR_BLOCKED_VALUATED = "gr_blocked_valuated"
    RETURNS = "returns"


class Place(NamedTuple):
    """The key of a balance; `location` "" is the plant's default storage location.

    `owner` is a party's where stock is on consignment, "" where it is our own; `hu` is the SSCC of
    the handling unit it is packed in, "" where it lies loose.
    """

    lot: LotKey
    location: str
    status: Status
    owner: str = ""
    hu: str = ""

    def __str__(self) -> str:
        """For people: "FLOUR lot F1, unrestricted at A-01"."""
        lot = f" lot {self.lot.lot_no}" if self.lot.lot_no else ""
        location = f" at {self.location}" if self.location else ""
        owner = f" of {self.owner}" if self.owner else ""
        hu = f" in {self.hu}" if self.hu else ""
        return f"{self.lot.item_no}{lot}, {self.status}{location}{owner}{hu}"
