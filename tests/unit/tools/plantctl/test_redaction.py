"""What counts as a secret, and that what support needs is left."""

import importlib
import pkgutil
import time
import typing

import pytest
from pydantic import SecretStr

import services
from services.kit.settings import ServiceSettings
from tools.plantctl.cluster.redaction import GONE, Redaction, is_secret, secret_values


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("postgresql://erp:s3cret@db:5432/erp", f"postgresql://{GONE}@db:5432/erp"),
        ("redis://:p@ss/word@cache:6379/0 away", f"redis://{GONE}@cache:6379/0 away"),
        ("https://x/?a=1&sslpassword=abc&b=2", f"https://x/?a=1&sslpassword={GONE}&b=2"),
        ("Authorization: Bearer abcdef123456", f"Authorization: {GONE} {GONE}"),
        ('{"client_secret": "a \\" b", "n": 1}', f'{{"client_secret": {GONE}, "n": 1}}'),
        ('{\\"token\\": \\"a b\\", 1}', f'{{\\"token\\": {GONE}, 1}}'),
        ('"password": "cut in the mid', f'"password": {GONE}'),
        ("PGPASSWORD=hunter2 psql", f"PGPASSWORD={GONE} psql"),
        ("password: 'two words' next", f"password: {GONE} next"),
        ("api_key=abc,key=lyon/4711", f"api_key={GONE},key=lyon/4711"),
        ("-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY----- x", f"{GONE} x"),
        ("-----BEGIN EC PRIVATE KEY-----\nMC4C", GONE),
    ],
)
def test_what_looks_like_a_secret_goes(text: str, clean: str) -> None:
    assert Redaction().text(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "key=lyon/4711 waits for 3 s",
        "idempotency_key a-1 was used for other content",
        "http://plantmesh-erp:8080/graphql answered 503",
        "secret plantmesh-erp not found",
        "user plan@example.com at 12:30",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    ],
)
def test_what_people_look_for_stays(text: str) -> None:
    redaction = Redaction()
    assert redaction.text(text) == text
    assert redaction.count == 0


def test_known_values_go_in_every_spelling_and_short_ones_stay() -> None:
    redaction = Redaction(['a/b&c d"e', "true"])
    assert redaction.text('x a/b&c d"e y') == f"x {GONE} y"
    assert redaction.text("a%2Fb%26c%20d%22e") == GONE
    assert redaction.text('{"x": "a/b&c d\\"e"}') == f'{{"x": "{GONE}"}}'
    assert redaction.text("true") == "true"
    assert redaction.count == 3


def test_a_secrets_lines_and_inner_values_are_known_and_its_user_is_not() -> None:
    held = {"passwords": "eyJhIjogWyJpbm5lciJdfQ==", "username": "ZXJwdXNlcg=="}
    assert set(secret_values({"data": held})) == {'{"a": ["inner"]}', "inner"}
    assert set(secret_values({"type": "helm.sh/release.v1", "data": held})) == set()


def settings_classes() -> list[type[ServiceSettings]]:
    """Of every service."""
    for module in pkgutil.iter_modules(services.__path__):
        importlib.import_module(f"services.{module.name}.settings")
    found = [ServiceSettings]
    for one in found:
        found += one.__subclasses__()
    return found


def test_every_secret_setting_is_known_by_its_name_or_as_a_url() -> None:
    for settings in settings_classes():
        for name, field in settings.model_fields.items():
            if SecretStr in (field.annotation, *typing.get_args(field.annotation)):
                assert is_secret(name) or name.endswith("_url"), f"{settings.__name__}.{name}"


@pytest.mark.parametrize("piece", ["y", "key-token.", "://a", "eyJaaaaaaaa.", 'password="\\', "@"])
def test_a_megabyte_without_a_space_is_read_in_seconds(piece: str) -> None:
    text = (piece * 300_000)[:300_000]
    began = time.process_time()
    Redaction(["known-value"]).text(text)
    assert time.process_time() - began < 5
