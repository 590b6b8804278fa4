"""A plant (ISA-95 site)."""

from dataclasses import dataclass

from services.kit.clock import find_zone
from services.kit.errors import InvalidError
from services.reference.domain.names import Key, check_plant


@dataclass(frozen=True, slots=True)
class Plant:
    """Business dates of the plant are taken in `time_zone`, an IANA name."""

    plant: str
    time_zone: str
    name: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse a zone nobody knows."""
        check_plant(self.plant)
        try:
            find_zone(self.time_zone)
        except InvalidError as error:
            error.field = "time_zone"
            raise

    @property
    def key(self) -> Key:
        """Its name."""
        return (self.plant,)
