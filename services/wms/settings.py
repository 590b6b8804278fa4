"""What the environment tells wms."""

from services.kit.settings import ServiceSettings


class WmsSettings(ServiceSettings):
    """Beside what every service is told: where the floor may be ahead of the storekeeper."""

    allow_negative: frozenset[str] = frozenset()
    """Plants in which an issue to an order may take more than was received (JSON list)."""
