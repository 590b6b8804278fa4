"""What the environment tells mes."""

from services.kit.settings import ServiceSettings


class MesSettings(ServiceSettings):
    """Nothing beyond what every service is told."""
