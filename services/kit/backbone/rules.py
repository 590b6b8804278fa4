"""What a message must keep to besides its shape: the protovalidate rules in its owner's proto."""

from typing import Any

from buf.validate import validate_pb2
from google.protobuf.message import Message
from protovalidate import Validator

from services.kit.backbone.poison import ParkState, Refusal

_validator = Validator()


def has_rules(kind: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether the message or one inside it has any; to ask about none costs more than to decode."""
    if kind.full_name in seen:
        return False
    seen |= {kind.full_name}
    return (
        kind.GetOptions().HasExtension(validate_pb2.message)
        or any(part.GetOptions().HasExtension(validate_pb2.oneof) for part in kind.oneofs)
        or any(_is_ruled(part, seen) for part in kind.fields)
    )


def check_rules(message: Message) -> Refusal | None:
    """The first rule that the message breaks, by its id."""
    violations = _validator.collect_violations(message, fail_fast=True)
    if not violations:
        return None
    proto = violations[0].proto
    path = ".".join(part.field_name for part in proto.field.elements) if proto.field else ""
    return Refusal(ParkState.DEAD, proto.rule_id, f"{path}: {proto.message} [{proto.rule_id}]")


def _is_ruled(part: Any, seen: frozenset[str]) -> bool:
    inner = part.message_type
    ruled = part.GetOptions().HasExtension(validate_pb2.field)
    return ruled or (inner is not None and has_rules(inner, seen))
