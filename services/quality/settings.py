"""What the environment tells quality."""

from typing import Annotated

from pydantic import Field

from services.kit.settings import ServiceSettings


class QualitySettings(ServiceSettings):
    """Beside what every service is told: where reference and mes answer."""

    reference_address: Annotated[str, Field(min_length=1)]
    """A gRPC target."""
    mes_address: Annotated[str, Field(min_length=1)]
    """A gRPC target, of the snapshot that orders are first copied from."""
    subscribers: tuple[str, ...] = ("process", "mes quality")
    """Who must have read an event before it is trimmed."""
