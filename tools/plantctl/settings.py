"""What plantctl takes from the environment; its options come first."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from services.kit.settings import TlsSettings


class PlantctlSettings(TlsSettings):
    """`addresses` is "erp=host:port,mes=host:port"; `token` replaces the development issuer's.

    With certificates services are called by mutual TLS; what has another address than its
    certificate says, as through a port-forward, is known by `tls_name`.
    """

    model_config = SettingsConfigDict(env_prefix="PLANTMESH_", frozen=True, extra="ignore")

    addresses: str = ""
    token: SecretStr | None = None
    tls_name: str = ""
    """"plantmesh-{service}.plantmesh.svc.cluster.local"; the name in a service's certificate."""
