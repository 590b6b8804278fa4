"""Places in a plant where material lies."""

from typing import Self

import strawberry

from services.reference.domain import location as domain

strawberry.enum(domain.LocationType, description="What a place is for.")


@strawberry.type(description="A place in a plant where material lies (B2MML operational location).")
class Location:
    """By storage location and bin."""

    plant: str
    storage_location: str
    bin: str | None = strawberry.field(description="Null: the storage location as such.")
    type: domain.LocationType
    gln: str | None = strawberry.field(description="GS1 Global Location Number.")
    zone: str | None
    quarantine: bool = strawberry.field(description="What lies here is not to be used.")

    @classmethod
    def of(cls, one: domain.Location) -> Self:
        """Wrap a domain record."""
        return cls(
            plant=one.plant,
            storage_location=one.storage_location,
            bin=one.bin or None,
            type=one.type,
            gln=one.gln or None,
            zone=one.zone or None,
            quarantine=one.quarantine,
        )
