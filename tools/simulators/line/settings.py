"""What the line is told, by PLANTMESH_LINE_*."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LineSettings(BaseSettings):
    """Where it listens, whom its terminal reports to, and how fast it works."""

    model_config = SettingsConfigDict(env_prefix="PLANTMESH_LINE_", frozen=True)

    port: Annotated[int, Field(ge=1, le=65535)]
    """Of its OPC UA server."""
    folder: Path
    """Of its plan, its own count and its certificates."""
    mesh: Path
    """The mesh whose issuer knows the user `line`."""
    mes: str
    """A gRPC target."""
    plant: str
    seconds: Annotated[float, Field(ge=0, le=3600)] = 1.0
    """How long a job takes."""
    steps: Annotated[int, Field(ge=1, le=10_000)] = 5
    """In how many steps a job counts up."""
