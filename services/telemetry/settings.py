"""What the telemetry service is told by its environment."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import ServiceSettings

LEASE = "collector"
"""What the collectors' lease is called, unless somebody calls it otherwise."""

DnsName = Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$")]


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

    lease: Literal["database", "kubernetes"] = "database"
    """Where the replicas elect who tells: a row in the hub's database, or a Lease of Kubernetes."""
    lease_name: DnsName = LEASE
    """Of the row or the Lease; collectors of other plants have another, or another namespace."""
    lease_namespace: DnsName | None = None
    """Where the Lease is; the pod's own."""
    kubeconfig: Path | None = None
    """Who we are in that cluster, outside a pod; a pod is its service account."""

    @model_validator(mode="after")
    def _elects_somewhere(self) -> Self:
        if (self.lease == "kubernetes") != bool(self.lease_namespace):
            raise ValueError("PLANTMESH_LEASE=kubernetes and PLANTMESH_LEASE_NAMESPACE go together")
        return self

    @model_validator(mode="after")
    def _has_a_place(self) -> Self:
        if self.telemetry_sources and not self.telemetry_folder:
            raise ValueError("set PLANTMESH_TELEMETRY_FOLDER beside PLANTMESH_TELEMETRY_SOURCES")
        return self
