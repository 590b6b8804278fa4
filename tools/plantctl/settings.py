"""What plantctl takes from the environment; its options come first."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlantctlSettings(BaseSettings):
    """`addresses` is "erp=host:port,mes=host:port"; `token` replaces the development issuer's."""

    model_config = SettingsConfigDict(env_prefix="PLANTMESH_", frozen=True, extra="ignore")

    addresses: str = ""
    token: SecretStr | None = None
