"""Records as messages and back: they have the same fields, and here is what differs.

Enumerations go by name, the first one of a contract stands for our default; dates are text; a
quantity may be missing; `from` is no name in Python.
"""

from collections.abc import Callable, Hashable
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import Enum
from functools import cache, partial
from operator import methodcaller
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.kit.errors import InvalidError, located
from services.kit.quantity import Quantity
from services.kit.wire import read_quantity, write_quantity

R = TypeVar("R")
M = TypeVar("M", bound=Message)
_Put = Callable[[Any], Any]
THEIRS = {"source": "from", "target": "to"}


@dataclass(frozen=True, slots=True)
class Field:
    """`kind` is what it holds, or what one of `many` is; `default` MISSING where there is none."""

    ours: str
    theirs: str
    kind: type
    many: bool
    default: Any

    @property
    def has_default(self) -> bool:
        """Whether it may be left out."""
        return self.default is not MISSING


def read(message: Message, kind: type[R]) -> R:
    """The record; raises InvalidError naming the field."""
    values = {}
    for field in fields_of(cast(Hashable, kind)):
        value = getattr(message, field.theirs)
        if field.many:
            values[field.ours] = tuple(
                _read_one(one, message, field, f"{field.theirs}[{place}]")
                for place, one in enumerate(value)
            )
        elif (found := _read(value, message, field)) is not MISSING:
            values[field.ours] = found
    return kind(**values)


def write(record: Any, kind: type[M]) -> M:
    """The message."""
    values = {}
    for ours, theirs, put in _writers(cast(Hashable, type(record)), cast(Hashable, kind)):
        value = getattr(record, ours)
        if put is None:
            # What a message has from the start need not be said.
            if value:
                values[theirs] = value
        elif value is not None:
            values[theirs] = put(value)
    return kind(**values)


def _read(value: Any, message: Message, field: Field) -> Any:
    """MISSING = leave it to the record's default."""
    if field.kind is Quantity:
        return read_quantity(value, field=field.theirs) if message.HasField(field.theirs) else None
    if issubclass(field.kind, date):
        return read_date(value, field.theirs) if value else MISSING
    if issubclass(field.kind, Enum) and not value:
        return MISSING
    return _read_one(value, message, field, field.theirs)


def _read_one(value: Any, message: Message, field: Field, place: str) -> Any:
    if issubclass(field.kind, Enum):
        enum: Any = message.DESCRIPTOR.fields_by_name[field.theirs].enum_type
        return field.kind[enum.values_by_number[value].name.removeprefix(_prefix(enum))]
    if isinstance(value, Message):
        with located(place):
            return read(value, field.kind)
    return value


@cache
def _writers(record: Hashable, kind: Any) -> tuple[tuple[str, str, _Put | None], ...]:
    """Our name, theirs, and how its values are written where they are not as they are."""
    return tuple((one.ours, one.theirs, _writer(one, kind)) for one in fields_of(record))


def _writer(field: Field, kind: type[Message]) -> _Put | None:
    put = _writer_of_one(field, kind.DESCRIPTOR.fields_by_name[field.theirs])
    if put and field.many:
        return lambda values: [put(one) for one in values]
    return put


def _writer_of_one(field: Field, theirs: Any) -> _Put | None:
    if field.kind is Quantity:
        return write_quantity
    if issubclass(field.kind, date):
        return methodcaller("isoformat")
    if issubclass(field.kind, Enum):
        enum, prefix = theirs.enum_type, _prefix(theirs.enum_type)
        numbers = {one: enum.values_by_name[f"{prefix}{one.name}"].number for one in field.kind}
        return numbers.__getitem__
    if theirs.message_type is not None:
        return partial(write, kind=GetMessageClass(theirs.message_type))
    return None


def read_date(text: str, field: str) -> date:
    """Raises InvalidError naming `field`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidError(
            f"{text[:20]!r} is no day", code="bad_date", field=field, hint="such as 2026-05-04"
        ) from None


def _prefix(enum: Any) -> str:
    return str(enum.values[0].name).removesuffix("UNSPECIFIED")


@cache
def fields_of(kind: Hashable) -> tuple[Field, ...]:
    """The fields of a record's class, in their order."""
    hints = get_type_hints(kind)
    return tuple(
        Field(
            one.name,
            THEIRS.get(one.name, one.name),
            _held(hints[one.name]),
            get_origin(hints[one.name]) is tuple,
            one.default,
        )
        for one in fields(kind)  # type: ignore[arg-type]
    )


def _held(hint: Any) -> type:
    """X of X, X | None and tuple[X, ...]."""
    kinds = [one for one in get_args(hint) if one not in (NoneType, Ellipsis)]
    found: type = kinds[0] if kinds else hint
    return found
