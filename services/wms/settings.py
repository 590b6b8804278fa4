"""What the environment tells wms."""

from typing import Annotated

from pydantic import Field

from services.kit.settings import ServiceSettings


class WmsSettings(ServiceSettings):
    """Beside what every service is told: where reference answers, and where the floor may be
    ahead of the storekeeper.
    """

    reference_address: Annotated[str, Field(min_length=1)]
    """A gRPC target."""
    allow_negative: frozenset[str] = frozenset()
    """Plants in which an issue to an order may take more than was received (JSON list)."""
    sscc_prefix: dict[str, Annotated[str, Field(pattern="^[0-9]{5,13}$")]] = Field(
        default_factory=dict
    )
    """Extension digit and GS1 company prefix of each plant that builds handling units (JSON)."""
