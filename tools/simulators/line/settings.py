"""What the line is told, by PLANTMESH_LINE_*."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LineSettings(BaseSettings):
    """Whom it reports to, and how fast it works."""

    model_config = SettingsConfigDict(env_prefix="PLANTMESH_LINE_", frozen=True)

    folder: Path
    """Of its plan and of its own count."""
    mesh: Path
    """The mesh whose issuer knows the user `line`."""
    mes: str
    """A gRPC target."""
    plant: str
    seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
    """How long a job takes."""
