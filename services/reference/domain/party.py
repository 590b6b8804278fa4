"""A party we deal with."""

from dataclasses import dataclass
from enum import StrEnum

from services.reference.domain.names import Key, check_name


class PartyRole(StrEnum):
    """What it is to us."""

    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    CARRIER = "carrier"
    PLANT = "plant"


@dataclass(frozen=True, slots=True)
class Party:
    """By an id of ours."""

    party_id: str
    role: PartyRole
    name: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse an id that is no name."""
        check_name(self.party_id, "party_id")

    @property
    def key(self) -> Key:
        """Its id."""
        return (self.party_id,)
