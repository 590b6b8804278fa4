"""What people read and mend: payloads as JSON, in the names of the protos."""

from typing import Protocol

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message

from services.kit.errors import InvalidError
from services.kit.rpc.errors import RequestError, Violation
from services.kit.rpc.validation import check


class Payloads(Protocol):
    """How a service shows the payloads of its lanes, and reads them back."""

    def show(self, payload: bytes) -> str:
        """As JSON."""
        ...

    def read(self, text: str) -> bytes:
        """From JSON; raises InvalidError naming the field below `payload`."""
        ...


class MessageJson:
    """Payloads that are protobuf messages of one class, such as the service's Posting."""

    def __init__(self, message: type[Message]) -> None:
        self._message = message

    def show(self, payload: bytes) -> str:
        """As JSON with every field, set or not; {"hex": ...} where it is no such message."""
        try:
            message = self._message.FromString(payload)
        except DecodeError:
            return f'{{"hex": "{payload.hex()}"}}'
        return json_format.MessageToJson(
            message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )

    def read(self, text: str) -> bytes:
        """From JSON; raises InvalidError on an unknown field and on what breaks a rule."""
        message = self._message()
        try:
            json_format.Parse(text, message)
            check(message)
        except json_format.ParseError as error:
            raise InvalidError(
                f"not a {message.DESCRIPTOR.full_name}: {error}",
                code="bad_payload",
                field="payload",
                hint="take what `show` prints and change its values",
            ) from error
        except RequestError as error:
            raise _below_payload(error) from error
        return message.SerializeToString(deterministic=True)


def _below_payload(error: RequestError) -> RequestError:
    return RequestError(
        [
            Violation(f"payload.{violation.field}".rstrip("."), violation.message, violation.rule)
            for violation in error.violations
        ]
    )
