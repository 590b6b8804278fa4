"""Which of our programs a container runs, and what that program's settings read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import get_origin

from pydantic import BaseModel, ValidationError

from services.kit.settings import MigrationSettings
from tools.charts.checks.images import read
from tools.charts.checks.manifests import Container

HERE = Path(__file__).parents[3]
PREFIX = "PLANTMESH_"
GATEWAY, MIGRATION = "gateway", "migrate"
_SETTINGS = HERE / "gateway" / "settings.mjs"
_READ = re.compile(r"\b(?P<how>text|number|needed)\('(?P<name>[A-Z_]+)'(?:, (?P<default>[^)]+))?\)")
_COMPOSED = (dict, frozenset, list, set, tuple)


@dataclass(frozen=True)
class Program:
    """A program of ours: its variables, those it cannot start without, and numbers it assumes."""

    name: str
    variables: frozenset[str]
    required: frozenset[str]
    seconds: Mapping[str, float]
    settings: type[BaseModel] | None = None

    def refuses(self, env: Mapping[str, str]) -> list[tuple[str, str]]:
        """What it says of values it was told, as (variable, words)."""
        if self.settings is None:
            return _refused_numbers(env)
        fields = self.settings.model_fields
        told: dict[str, object] = {}
        for variable in self.variables & env.keys():
            name = variable.removeprefix(PREFIX).lower()
            try:
                composed = get_origin(fields[name].annotation) in _COMPOSED
                told[name] = json.loads(env[variable]) if composed else env[variable]
            except ValueError:
                return [(variable, "is not JSON")]
        try:
            # Another prefix, so that our own environment does not fill in what is missing.
            self.settings(_env_prefix="NOT_OURS_", **told)
        except ValidationError as error:
            return [_told(part["loc"], part["msg"]) for part in error.errors()]
        return []


def program_of(container: Container) -> Program | None:
    """By its command line, else by its image's name; None for a stranger."""
    for word in container.argv:
        if word.endswith("server.mjs"):
            return gateway()
        if word.startswith(("services.", "tools.")):
            return module(word)
    image = read(container.fields.get("image") or "")
    name = image.name.removeprefix("plantmesh-") if image and not container.argv else ""
    return gateway() if name == GATEWAY else module(f"services.{name}")


@cache
def module(name: str) -> Program | None:
    """`python -m NAME`, with its settings module beside it; None if there is none."""
    if name == "services.kit.migrate":
        return _python(MIGRATION, MigrationSettings, set())
    place = f"{name}.settings"
    if not HERE.joinpath(*place.split(".")).with_suffix(".py").is_file():
        return None
    [settings] = [
        each
        for each in vars(import_module(place)).values()
        if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__ == place
    ]
    called = any(field.endswith("_address") for field in settings.model_fields)
    return _python(
        name.rpartition(".")[2], settings, {f"{PREFIX}CLIENT_SECRET"} if called else set()
    )


@cache
def gateway() -> Program:
    """The gateway, as its settings.mjs reads."""
    found = list(_READ.finditer(_SETTINGS.read_text()))
    return Program(
        GATEWAY,
        frozenset(f"{PREFIX}{each['name']}" for each in found),
        frozenset(f"{PREFIX}{each['name']}" for each in found if each["how"] == "needed"),
        {
            f"{PREFIX}{each['name']}": float(each["default"])
            for each in found
            if each["name"].endswith("_SECONDS")
        },
    )


def _python(name: str, settings: type[BaseModel], more: set[str]) -> Program:
    fields = settings.model_fields
    return Program(
        name,
        frozenset(f"{PREFIX}{field.upper()}" for field in fields),
        frozenset(f"{PREFIX}{key.upper()}" for key, field in fields.items() if field.is_required())
        | more,
        {
            f"{PREFIX}{key.upper()}": float(field.default)
            for key, field in fields.items()
            if key.endswith("_seconds") and field.default is not None
        },
        settings,
    )


def _told(location: tuple[int | str, ...], words: str) -> tuple[str, str]:
    return (f"{PREFIX}{str(location[0]).upper()}" if location else PREFIX, words)


def _refused_numbers(env: Mapping[str, str]) -> list[tuple[str, str]]:
    found = _READ.finditer(_SETTINGS.read_text())
    numbers = {each["name"] for each in found if each["how"] == "number"}
    given = {name: env[name] for name in env if name.removeprefix(PREFIX) in numbers}
    return [
        (name, f"{value!r} is not a number of 0 or more")
        for name, value in given.items()
        if not re.fullmatch(r"\d+(\.\d+)?", value)
    ]
