"""Answers for people (tables) and for scripts (JSON)."""

import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import typer
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.table import Table

from services.kit.errors import DomainError, InvalidError

_PIPED = 250
# A pipe is as wide as it must be: nothing is cut there.
console = Console(width=None if sys.stdout.isatty() else _PIPED)
_errors = Console(stderr=True)
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def plain(message: Message) -> dict[str, Any]:
    """A message as JSON has it: every field by its name, numbers as numbers, times in RFC 3339."""
    return {
        field.name: _value(getattr(message, field.name), repeated=field.is_repeated)
        for field in message.DESCRIPTOR.fields
    }


def print_json(value: Any) -> None:
    """One document on standard output."""
    typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Rows under dim heads, or `empty` when there is none."""
    table = Table(*heads, box=None, header_style="dim", pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table if table.row_count else empty, highlight=False, markup=False)


def print_error(error: DomainError, service: str = "") -> None:
    """One line, and the way out."""
    place = f"{service}: " if service else ""
    field = f" [{error.field}]" if error.field else ""
    _errors.print(
        f"{place}{error}{field} ({error.code})", style="red", markup=False, soft_wrap=True
    )
    if error.hint:
        _errors.print(f"  {error.hint}", markup=False, highlight=False, soft_wrap=True)


def age(seconds: float) -> str:
    """Two figures are enough: 3 h, 12 min; "" for nothing."""
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return "" if seconds <= 0 else "<1 s"


def since(stamp: Timestamp) -> str:
    """How long ago that was."""
    return age((datetime.now(UTC) - stamp.ToDatetime(tzinfo=UTC)).total_seconds())


def day(stamp: Timestamp) -> str:
    """That moment in UTC, to the minute; "" for none."""
    return stamp.ToDatetime().isoformat(" ", "minutes") if stamp.ByteSize() else ""


def read_time(text: str, field: str) -> Timestamp:
    """ISO 8601; without an offset it is UTC. Raises InvalidError naming `field`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidError(
            f"{text!r} is no time", field=field, hint="write 2026-05-04T12:00+02:00"
        ) from error
    stamp = Timestamp()
    stamp.FromDatetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return stamp


def _value(value: Any, *, repeated: bool = False) -> Any:
    if repeated:
        return [_value(each) for each in value]
    if isinstance(value, Timestamp):
        return value.ToJsonString() if value.ByteSize() else None
    return plain(value) if isinstance(value, Message) else value
