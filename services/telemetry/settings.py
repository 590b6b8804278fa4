"""What the telemetry service is told by its environment."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import ServiceSettings


class TelemetrySettings(ServiceSettings):
    """Beside what every service is told: which machines this process reads, if any."""

    telemetry_sources: Path | None = None
    """The YAML file of sources; without it the process collects nothing and is the hub alone."""
    telemetry_folder: Path | None = None
    """Where this replica, and no other, keeps its certificate, key and edge buffer."""
    telemetry_buffer: Annotated[int, Field(ge=1000, le=10_000_000)] = 100_000
    """How many reports the edge buffer holds at most."""
    secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Passwords of the sources' users by the name in the sources file, as JSON."""

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.telemetry_sources and not self.telemetry_folder:
            raise ValueError("set PLANTMESH_TELEMETRY_FOLDER beside PLANTMESH_TELEMETRY_SOURCES")
        return self
