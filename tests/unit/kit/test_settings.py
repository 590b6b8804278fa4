"""The environment of a service: bounded, immutable, silent about secrets."""

import pytest
from pydantic import ValidationError

from services.kit.settings import ServiceSettings

NEEDED = {
    "PLANTMESH_DATABASE_URL": "postgresql://mes:hunter2@127.0.0.1/mes",
    "PLANTMESH_REDIS_URL": "redis://:hunter2@127.0.0.1:6379",
    "PLANTMESH_JWKS_URL": "http://127.0.0.1:8000/jwks",
    "PLANTMESH_ISSUER": "http://127.0.0.1:8000",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_defaults_listen_on_loopback_only_and_do_not_change() -> None:
    settings = ServiceSettings()
    assert str(settings.bind) == "127.0.0.1"
    assert settings.metrics_port is None
    assert settings.instance
    with pytest.raises(ValidationError, match="frozen"):
        settings.grpc_port = 1  # type: ignore[misc]


@pytest.mark.usefixtures("environment")
def test_secrets_do_not_print() -> None:
    settings = ServiceSettings()
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, missing: str) -> None:
    environment.delenv(missing)
    with pytest.raises(ValidationError, match=missing.removeprefix("PLANTMESH_").lower()):
        ServiceSettings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://mes:hunter2@127.0.0.1/mes"),
        ("REDIS_URL", "http://:hunter2@127.0.0.1"),
        ("GRPC_PORT", "65536"),
        ("BIND", "example.org"),
        ("INSTANCE", "a b"),
        ("TRACE_SHARE", "1.5"),
        ("DRAIN_SECONDS", "0"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_what_is_out_of_bounds_is_refused_without_showing_it(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(f"PLANTMESH_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()) as refused:
        ServiceSettings()
    assert "hunter2" not in str(refused.value)


@pytest.mark.usefixtures("environment")
def test_a_certificate_without_its_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTMESH_TLS_CERT", "/etc/plantmesh/tls/tls.crt")
    with pytest.raises(ValidationError, match="PLANTMESH_TLS_KEY and PLANTMESH_TLS_CA go together"):
        ServiceSettings()
