"""A payload as a person mends it: a file with the whole, or single values by their path."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from services.kit.errors import InvalidError


def mend(shown: str, file: Path | None, changes: Sequence[str]) -> str:
    """The new payload as JSON; `file` replaces what was shown, "-" is standard input.

    A change is path=value, such as lines.0.item_no=4711-A; a value that is no JSON is text.
    """
    if file is None and not changes:
        raise InvalidError("say what to change", field="set", hint="--set path=value or --payload")
    text = shown if file is None else _read(file)
    try:
        payload = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidError(f"the payload is no JSON: {error}", field="payload") from error
    for change in changes:
        path, equals, value = change.partition("=")
        if not equals:
            raise InvalidError(f"{change!r} is no change", field="set", hint="write path=value")
        _put(payload, path, value)
    return orjson.dumps(payload).decode()


def _put(payload: Any, path: str, text: str) -> None:
    *steps, last = path.split(".")
    place = payload
    try:
        for step in steps:
            place = place[_index(place, step)]
        known = place[_index(place, last)]
        # A decimal is text in our contracts; 4.50 must not become a number on the way.
        place[_index(place, last)] = text if isinstance(known, str) else _value(text)
    except (LookupError, TypeError, ValueError) as error:
        raise InvalidError(
            f"there is no {path} in the payload", field="set", hint="see `show` for its names"
        ) from error


def _index(place: Any, step: str) -> Any:
    return int(step) if isinstance(place, list) else step


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _read(file: Path) -> str:
    if str(file) == "-":
        return sys.stdin.read()
    try:
        return file.read_text()
    except OSError as error:
        raise InvalidError(f"{file} cannot be read: {error.strerror}", field="payload") from error
