"""What the environment tells mes."""

from typing import Annotated

from pydantic import Field

from services.kit.settings import ServiceSettings


class MesSettings(ServiceSettings):
    """Beside what every service is told: where reference answers."""

    reference_address: Annotated[str, Field(min_length=1)]
    """A gRPC target."""
