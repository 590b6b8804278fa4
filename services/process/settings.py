"""What the process service is told by its environment."""

from datetime import time
from typing import Annotated

from pydantic import Field

from services.kit.settings import ServiceSettings

Address = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class ProcessSettings(ServiceSettings):
    """Beside what every service is told: where its peers are, and the engine's pace."""

    mes_address: Address
    quality_address: Address
    wms_address: Address
    erp_address: Address

    peer_seconds: Seconds = 10.0
    """How long a peer may take to answer one step."""

    application_version: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")] = "1"
    """Of the workflows. It stays the same unless a new release must not touch old activations."""
    flows_at_once: Annotated[int, Field(ge=1, le=500)] = 16
    poll_seconds: Seconds = 0.1
    """How often the engine looks for woken flows."""
    sweep_seconds: Seconds = 0.5
    dead_seconds: Seconds = 5.0
    """For how long an executor may stand still before its work is given free."""
    keep_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long the engine remembers activations that ended; facts are kept."""

    close_after_seconds: Annotated[float, Field(ge=0, le=2_592_000)] = 900.0
    """How long a completed order stays open to corrections before it is closed."""

    reconcile_at: time = time(2)
    """When plants are compared with their ERPs, by their own time: "02:00"."""
    settle_seconds: Annotated[float, Field(ge=0, le=600)] = 5.0
    """What drifts is looked at again after this long, before it is told of."""

    def address_of(self, peer: str) -> str:
        """Where a peer answers."""
        return {
            "mes": self.mes_address,
            "quality": self.quality_address,
            "wms": self.wms_address,
            "erp": self.erp_address,
        }[peer]
