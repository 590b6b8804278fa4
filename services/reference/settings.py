"""What the environment tells the reference service."""

from services.kit.settings import ServiceSettings


class ReferenceSettings(ServiceSettings):
    """Beside what every service is told: who keeps copies."""

    subscribers: tuple[str, ...] = ("erp", "mes", "quality", "wms")
    """Who must have read an event before it is trimmed."""
