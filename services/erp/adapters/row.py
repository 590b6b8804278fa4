"""A row of `systems` as its adapter reads it."""

import ssl
from collections.abc import Mapping
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from services.kit.errors import InvalidError
from services.kit.lanes.systems import System

_OF_THE_LANE = ("lane", "confirm_warnings", "decimals", "closes")
Seconds = Annotated[float, Meta(gt=0, le=3600)]
"""How long an answer is awaited."""
Span = Annotated[float, Meta(ge=0, le=86_400)]
"""Seconds, none included."""
Many = Annotated[int, Meta(ge=1, le=1000)]
"""Of orders in a page, or requests at a time."""
_Terms = TypeVar("_Terms", bound=msgspec.Struct)


def read_settings(system: System, kind: type[_Terms], erp: str) -> _Terms:
    """Those that are the adapter's own; raises InvalidError naming one that does not fit."""
    own = {name: value for name, value in system.settings.items() if name not in _OF_THE_LANE}
    try:
        return msgspec.convert(own, kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise _bad(system, f"do not fit {erp}: {what}", where.rstrip("`")) from error


def check_url(system: System, url: str, *, plaintext: bool) -> None:
    """Raises InvalidError where it is no address, or one without TLS that nobody allowed."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _bad(system, "name no address", "url") from error
    if not host or parts.scheme != ("http" if plaintext else "https"):
        raise InvalidError(
            f"{system.id} would be spoken to without TLS, or not at all",
            code="bad_settings",
            field="settings.url",
            hint='an https:// address; http:// only with "plaintext": true, for tests',
        )


def check_names(system: System, names: Mapping[str, str], field: str) -> None:
    """Raises InvalidError where two of our plants would be one of theirs."""
    theirs = [names.get(plant, plant) for plant in system.plants]
    if twice := sorted({one for one in theirs if theirs.count(one) > 1}):
        raise _bad(system, f"name {twice[0]} for two plants", field)


def trusting(system: System, ca_file: str) -> ssl.SSLContext:
    """Whom to trust: the machine's own authorities and those of a file; raises InvalidError."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise _bad(system, "name no file of certificates that can be read", "ca_file") from error


def _bad(system: System, why: str, field: str) -> InvalidError:
    return InvalidError(
        f"the settings of {system.id} {why}",
        code="bad_settings",
        field=f"settings.{field}" if field else "settings",
    )
