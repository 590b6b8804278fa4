"""A place in a plant where material lies (B2MML operational location)."""

from dataclasses import dataclass
from enum import StrEnum

from services.reference.domain.gs1 import check_gln
from services.reference.domain.names import Key, check_name, check_plant


class LocationType(StrEnum):
    """What it is for."""

    STORAGE = "storage"
    PRODUCTION = "production"
    RECEIVING = "receiving"
    SHIPPING = "shipping"
    QUALITY = "quality"
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True)
class Location:
    """A bin, or with `bin` "" the storage location; what lies in `quarantine` is not to be used."""

    plant: str
    storage_location: str
    bin: str
    type: LocationType
    gln: str = ""
    zone: str = ""
    quarantine: bool = False
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse names that are none and a GLN that does not check."""
        check_plant(self.plant)
        check_name(self.storage_location, "storage_location")
        if self.bin:
            check_name(self.bin, "bin")
        check_gln(self.gln)

    @property
    def key(self) -> Key:
        """Plant, storage location and bin."""
        return (self.plant, self.storage_location, self.bin)
