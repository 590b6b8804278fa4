"""What the ERP service is told by its environment."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from services.kit.settings import ServiceSettings

AdapterName = Literal["ledger", "odata", "tryton"]


class ErpSettings(ServiceSettings):
    """Beside what every service is told: which kinds of ERP it may speak to, and how often."""

    reference_address: Annotated[str, Field(min_length=1)]
    """A gRPC target."""
    adapters: tuple[AdapterName, ...] = ("ledger",)
    poll_seconds: Annotated[float, Field(gt=0, le=3600)] = 2.0
    """How long to wait between two readings of an ERP's changed orders."""
    silence_seconds: Annotated[float, Field(gt=0)] = 60.0
    """An ERP that was not heard for longer is shown as stale."""
    subscribers: tuple[str, ...] = ("process", "erp money")
    """Who must have read an event before it is trimmed."""
    secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Credentials of the ERPs by the name in their row, as JSON."""
