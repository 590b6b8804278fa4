"""What every service is told by its environment; each service's settings.py extends it."""

import os
import socket
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, IPvAnyAddress, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.tls import TlsFiles

Port = Annotated[int, Field(ge=0, le=65535)]


def _scheme(*allowed: str) -> AfterValidator:
    """A secret URL must start with one of `allowed`; the message never shows the URL."""

    def check(url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(tuple(f"{name}://" for name in allowed)):
            raise ValueError(f"expected a URL that starts with {' or '.join(allowed)}://")
        return url

    return AfterValidator(check)


def _here() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class MigrationSettings(BaseSettings):
    """Where `python -m services.kit.migrate` works."""

    model_config = SettingsConfigDict(
        env_prefix="PLANTMESH_", frozen=True, hide_input_in_errors=True
    )

    database_url: Annotated[SecretStr, _scheme("postgresql")]


class TlsSettings(BaseSettings):
    """Who a process is to other processes of ours; all three files or none."""

    tls_cert: Path | None = None
    """With it calls are mutual TLS: our certificate and its chain (PEM), taken up when renewed."""
    tls_key: Path | None = None
    """Its key."""
    tls_ca: Path | None = None
    """Who signs the certificates of the others."""

    @property
    def tls(self) -> TlsFiles | None:
        """The three; None speaks in the clear."""
        cert, key, ca = self.tls_cert, self.tls_key, self.tls_ca
        return TlsFiles(cert, key, ca) if cert and key and ca else None

    @model_validator(mode="after")
    def _shows_itself_whole(self) -> Self:
        given = (self.tls_cert, self.tls_key, self.tls_ca)
        if any(given) and not all(given):
            names = "PLANTMESH_TLS_CERT, PLANTMESH_TLS_KEY and PLANTMESH_TLS_CA"
            raise ValueError(f"{names} go together")
        return self


class ServiceSettings(TlsSettings):
    """The environment of one process, read once from PLANTMESH_* and never changed.

    Port 0 takes a free one and logs it. Secrets print as stars.
    """

    model_config = SettingsConfigDict(
        env_prefix="PLANTMESH_", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    database_url: Annotated[SecretStr, _scheme("postgresql")]
    redis_url: Annotated[SecretStr, _scheme("redis", "rediss", "unix")]
    redis_password: SecretStr | None = None
    """Any characters, where a password inside the URL would have to be percent-encoded."""
    instance: Annotated[str, Field(default_factory=_here, pattern=r"^[A-Za-z0-9._-]{1,100}$")]

    bind: IPvAnyAddress = Field(default="127.0.0.1", validate_default=True)
    grpc_port: Port = 0
    health_port: Port = 0
    graph_port: Port = 0
    metrics_port: Port | None = None
    """Prometheus scrapes here; None opens no port."""

    jwks_url: HttpUrl
    issuer: Annotated[str, Field(min_length=1)]
    audience: Annotated[str, Field(min_length=1)] = "plantmesh"
    client_secret: SecretStr | None = None
    """With it the service asks the issuer for its own token."""
    token_url: HttpUrl | None = None
    """Where it asks; None is <issuer>/token."""

    audit_key: SecretStr | None = None
    """Seed (32 bytes, URL-safe base64) of the key that signs audit seals; None seals nothing."""
    audit_former_keys: tuple[str, ...] = ()
    """Public halves that earlier seals were signed with, in the same form."""
    audit_anchor: Path | None = None
    """File that is told each head of the audit's chains; on other storage than the database's."""
    audit_archive: Path | None = None
    """Folder that retention exports sealed rows to, shared by replicas; without it nothing goes."""
    audit_kept_days: Annotated[int, Field(ge=1)] | None = None
    """How long audit rows stay in the database; None keeps them until somebody prunes."""
    audit_verified_hours: Annotated[int, Field(ge=1)] | None = None
    """How old the newest verification of the audit may be before an alert says so; None: never."""

    otlp_endpoint: HttpUrl | None = None
    trace_share: Annotated[float, Field(ge=0, le=1)] = 0.1
    """Share of new traces that are recorded; what follows a recorded one is recorded too."""
    trace_statements: bool = False
    """A span for every SQL statement and Redis command: for a debugging hour, not for ever."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    pool_size: Annotated[int, Field(ge=1, le=100)] = 10
    unready_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    """How long to go on serving after readiness is off, until balancers have noticed."""
    drain_seconds: Annotated[float, Field(gt=0, le=300)] = 20
    """How long all parts together may take to finish what they have begun when the process stops;
    what callers have under way gets two fifths of it."""
