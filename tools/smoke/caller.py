"""What every pod that asks the services, and is none, takes from the environment."""

from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr
from pydantic_settings import SettingsConfigDict

from services.kit.access.identity import ServiceIdentity
from services.kit.clock import SystemClock
from services.kit.settings import TlsSettings


class CallerSettings(TlsSettings):
    """Whom to ask by gRPC and as whom, for a pod that is no service."""

    model_config = SettingsConfigDict(
        env_prefix="PLANTMESH_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    addresses: Annotated[str, Field(pattern=r"^[a-z]+=[^,=]+(,[a-z]+=[^,=]+)*$")]
    """gRPC targets by service: "erp=host:port,mes=host:port"."""

    issuer: Annotated[str, Field(min_length=1)]
    token_url: HttpUrl | None = None
    """None is <issuer>/token."""
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr

    @property
    def targets(self) -> dict[str, str]:
        """The addresses by service."""
        return dict(pair.split("=") for pair in self.addresses.split(","))

    @property
    def identity(self) -> ServiceIdentity:
        """Where our token comes from."""
        url = str(self.token_url or f"{self.issuer}/token")
        return ServiceIdentity(
            url, self.client_id, self.client_secret.get_secret_value(), SystemClock()
        )
