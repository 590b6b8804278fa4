"""What the mesh itself takes from the environment: servers to use instead of its own."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MeshSettings(BaseSettings):
    """All optional. The role of PLANTMESH_DATABASE_URL makes roles and databases."""

    model_config = SettingsConfigDict(env_prefix="PLANTMESH_", frozen=True, extra="ignore")

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    otlp_endpoint: str | None = None
