"""What the smoke test takes from the environment."""

from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import SettingsConfigDict

from services.kit.settings import TlsSettings


class SmokeSettings(TlsSettings):
    """Whom to ask and as whom; the client needs to read every service, and nothing else."""

    model_config = SettingsConfigDict(
        env_prefix="PLANTMESH_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    addresses: Annotated[str, Field(pattern=r"^[a-z]+=[^,=]+(,[a-z]+=[^,=]+)*$")]
    """gRPC targets by service: "erp=host:port,mes=host:port"."""
    gateway_url: HttpUrl
    """Where the graph is asked, with its path."""

    issuer: Annotated[str, Field(min_length=1)]
    token_url: HttpUrl | None = None
    """None is <issuer>/token."""
    client_id: Annotated[str, Field(min_length=1)] = "smoke"
    client_secret: SecretStr

    patience_seconds: Annotated[float, Field(gt=0, le=600)] = 60.0
    """An installation that is not well by then is not well."""

    @property
    def targets(self) -> dict[str, str]:
        """The addresses by service."""
        return dict(pair.split("=") for pair in self.addresses.split(","))
