"""What the mesh takes from the environment, and what of it goes on to the programs it runs."""

import os

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

_ANY_PROGRAM_NEEDS = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


class MeshSettings(BaseSettings):
    """Servers to use instead of our own; the role of PLANTMESH_DATABASE_URL makes databases."""

    model_config = SettingsConfigDict(env_prefix="PLANTMESH_", frozen=True, extra="ignore")

    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    otlp_endpoint: SecretStr | None = None
    mesh_tls: SecretStr | None = None
    """Whether everything but probes and metrics goes over mutual TLS: "1", with certificates made
    for this run."""
    mesh_services: SecretStr | None = None
    """Which services the background process starts, with commas between; all of them and the
    gateway without it."""

    @property
    def services(self) -> tuple[str, ...] | None:
        """The same as a tuple; None means all."""
        given = self.mesh_services
        return None if given is None else tuple(filter(None, given.get_secret_value().split(",")))

    @property
    def tls(self) -> bool:
        """The same as a truth."""
        return self.mesh_tls is not None and self.mesh_tls.get_secret_value() == "1"

    def variables(self) -> dict[str, str]:
        """The same as environment variables, for the background process."""
        given = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {
            f"PLANTMESH_{name.upper()}": secret.get_secret_value()
            for name, secret in given
            if secret is not None
        }


def inherited() -> dict[str, str]:
    """Where programs, home and temporary files are, and the language: nothing secret."""
    return {name: os.environ[name] for name in _ANY_PROGRAM_NEEDS if name in os.environ}
