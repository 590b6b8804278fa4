"""Requests against the rules in their protos (protovalidate), and commands for their lettering."""

from google.protobuf.message import Message
from protovalidate import Violation as Broken
from protovalidate import collect_violations

from services.kit.rpc.errors import RequestError, Violation
from services.kit.rpc.lettering import unreadable

_HIDDEN = "has characters that do not print; only longer texts may have lines"


def check(message: Message) -> None:
    """Raises RequestError with every violation."""
    if broken := collect_violations(message):
        raise RequestError([_read(one) for one in broken])
    if hidden := list(unreadable(message)):
        raise RequestError([Violation(one, _HIDDEN, "string.printable") for one in hidden])


def _read(broken: Broken) -> Violation:
    return Violation(_path(broken), broken.proto.message, broken.proto.rule_id)


def _path(broken: Broken) -> str:
    """As people write it: lines[2].good.value."""
    if broken.proto.field is None:
        return ""
    steps = []
    for element in broken.proto.field.elements:
        place = element.subscript
        steps.append(
            element.field_name if place is None else f"{element.field_name}[{place.value}]"
        )
    return ".".join(steps)
