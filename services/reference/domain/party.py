"""A party we deal with."""

from dataclasses import dataclass
from enum import StrEnum

from services.reference.domain.gs1 import check_bpn, check_duns, check_gln
from services.reference.domain.names import Key, check_name, check_plant


class PartyRole(StrEnum):
    """What it is to us."""

    SUPPLIER = "supplier"
    CUSTOMER = "customer"
    CARRIER = "carrier"
    PLANT = "plant"


@dataclass(frozen=True, slots=True)
class Party:
    """By an id of ours; `scopes` are the plants that deal with it, none = all."""

    party_id: str
    role: PartyRole
    name: str = ""
    version: int = 0
    gln: str = ""
    duns: str = ""
    vat: str = ""
    bpn: str = ""
    edi_profile: str = ""
    scopes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an id that is no name, and numbers that do not check."""
        check_name(self.party_id, "party_id")
        check_gln(self.gln)
        check_duns(self.duns)
        check_bpn(self.bpn)
        for place, plant in enumerate(self.scopes):
            check_plant(plant, field=f"scopes[{place}]")

    @property
    def key(self) -> Key:
        """Its id."""
        return (self.party_id,)
