"""Text in commands: a name stands on one line, and nothing hides or turns what people read."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from services.kit.text import is_plain, is_storable

LONGEST_NAME = 160
"""What may be longer by its proto's own rules is a text, and may have lines."""
_KEY = "idempotency_key"
"""Whatever has one is a command; the command store judges the key itself."""

_LARGEST = 2**31 - 1
"""Of a whole number that any column takes."""

May = Callable[[object, FieldDescriptor], bool]


def unreadable(message: Message) -> Iterator[str]:
    """Paths of a command's texts that do not print as they are; reads may ask for any name."""
    if _KEY in message.DESCRIPTOR.fields_by_name:
        yield from _walk(message, _is_readable)


def unstorable(message: Message) -> str:
    """The path of the first value that a database may have refused, "" without one."""
    return next(_walk(message, _is_storable), "")


def _walk(message: Message, may: May) -> Iterator[str]:
    """Paths below the message."""
    for field, value in message.ListFields():
        many, inner, name = _shape(field)
        for place, one in _several(value) if many else (("", value),):
            if inner and isinstance(one, Message):
                yield from (f"{name}{place}.{path}" for path in _walk(one, may))
            elif name != _KEY and not may(one, field):
                yield f"{name}{place}"


@cache
def _shape(field: FieldDescriptor) -> tuple[bool, bool, str]:
    """Whether it has several, whether they are messages, its name; kept, for asking is slow."""
    return field.is_repeated, field.message_type is not None, field.name


def _several(value: Any) -> Iterator[tuple[str, Any]]:
    """Each with its place in brackets; of a map the names too."""
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield f"[{name!r:.40}]", name
            yield f"[{name!r:.40}]", one
    else:
        yield from ((f"[{place}]", one) for place, one in enumerate(value))


def _is_readable(one: object, field: FieldDescriptor) -> bool:
    if not isinstance(one, str) or one.isprintable():
        return True
    return _may_have_lines(field) and is_plain(one)


def _is_storable(one: object, _: FieldDescriptor) -> bool:
    if isinstance(one, int):
        return abs(one) <= _LARGEST
    return not isinstance(one, str) or is_storable(one)


def _may_have_lines(field: FieldDescriptor) -> bool:
    rules = field.GetOptions().Extensions[validate_pb2.field]
    text = rules.repeated.items.string if field.is_repeated else rules.string
    return bool(text.max_len > LONGEST_NAME)
