"""Writes protos/buf/validate/validate.proto from the descriptor inside the protovalidate wheel.

No package registry carries the .proto itself, and a copy from elsewhere could differ from the rules
the engine knows. Run it when protovalidate is upgraded; a unit test compares the two descriptors.
"""

import argparse
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    field_mask_pb2,
    message_factory,
    timestamp_pb2,
)
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)
from google.protobuf.message import Message
from google.protobuf.text_format import MessageToString
from protovalidate._gen.buf.validate import validate_pb

TARGET = Path(__file__).parents[1] / "protos/buf/validate/validate.proto"
MAX_RANGE = 536_870_912
LABELS = {1: "optional ", 2: "required ", 3: "repeated "}
SCALARS = {
    number: name.removeprefix("TYPE_").lower()
    for name, number in FieldDescriptorProto.Type.items()
    if name not in {"TYPE_MESSAGE", "TYPE_ENUM", "TYPE_GROUP"}
}
HEADER = """\
// Copyright (c) 2023-2026 Buf Technologies, Inc.
//
// Licensed under the Apache License, Version 2.0 (the "License");
// you may not use this file except in compliance with the License.
// You may obtain a copy of the License at
//
//     http://www.apache.org/licenses/LICENSE-2.0
//
// Unless required by applicable law or agreed to in writing, software
// distributed under the License is distributed on an "AS IS" BASIS,
// WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
// See the License for the specific language governing permissions and
// limitations under the License.

// Changed by Plantmesh: printed from the descriptor in the protovalidate {version} wheel by
// tools/vendor_validate.py, without the comments of the original. Do not edit.
"""


def embedded() -> FileDescriptorProto:
    """The descriptor that the installed validation engine was built with."""
    return FileDescriptorProto.FromString(validate_pb.desc().proto.to_binary())


def render(file: FileDescriptorProto) -> str:
    """The proto2 source of `file`, options included."""
    return "\n".join(_Printer(file).lines()) + "\n"


class _Printer:
    """Prints one proto2 file; its pool knows the file's own extensions, so options can be read."""

    def __init__(self, file: FileDescriptorProto) -> None:
        self._file = file
        self._pool = descriptor_pool.DescriptorPool()
        for known in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2):
            self._pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
        self._pool.Add(file)

    def lines(self) -> Iterator[str]:
        yield 'syntax = "proto2";'
        yield ""
        yield f"package {self._file.package};"
        yield ""
        yield from (f'import "{name}";' for name in self._file.dependency)
        yield ""
        yield from (f"option {option};" for option in self._options(self._file.options))
        for extension in self._file.extension:
            yield ""
            yield f"extend {extension.extendee.lstrip('.')} {{"
            yield f"  {self._field(extension, label=True)}"
            yield "}"
        for message in self._file.message_type:
            yield ""
            yield from self._message(message)
        for enum in self._file.enum_type:
            yield ""
            yield from self._enum(enum)

    def _message(self, message: DescriptorProto) -> Iterator[str]:
        yield f"message {message.name} {{"
        inner = (
            *(line for enum in message.enum_type for line in self._enum(enum)),
            *(line for nested in message.nested_type for line in self._message(nested)),
            *(f"option {option};" for option in self._options(message.options)),
            *_reserved(message, last=-1),
            *(_extensions(message)),
            *self._fields(message),
        )
        yield from (f"  {line}" for line in inner)
        yield "}"

    def _fields(self, message: DescriptorProto) -> Iterator[str]:
        open_oneof: int | None = None
        for field in message.field:
            oneof = field.oneof_index if field.HasField("oneof_index") else None
            if open_oneof is not None and oneof != open_oneof:
                yield "}"
            if oneof is not None and oneof != open_oneof:
                yield f"oneof {message.oneof_decl[oneof].name} {{"
                options = self._options(message.oneof_decl[oneof].options)
                yield from (f"  option {option};" for option in options)
            open_oneof = oneof
            indent = "" if oneof is None else "  "
            yield indent + self._field(field, label=oneof is None)
        if open_oneof is not None:
            yield "}"

    def _enum(self, enum: EnumDescriptorProto) -> Iterator[str]:
        yield f"enum {enum.name} {{"
        yield from (f"  {line}" for line in _reserved(enum, last=0))
        yield from (f"  {value.name} = {value.number};" for value in enum.value)
        yield "}"

    def _field(self, field: FieldDescriptorProto, *, label: bool) -> str:
        kind = SCALARS.get(field.type) or field.type_name.removeprefix(f".{self._file.package}.")
        options = self._options(field.options)
        if field.HasField("default_value"):
            options.append(f"default = {field.default_value}")
        listed = f" [{', '.join(options)}]" if options else ""
        prefix = LABELS[field.label] if label else ""
        return f"{prefix}{kind.lstrip('.')} {field.name} = {field.number}{listed};"

    def _options(self, options: Message) -> list[str]:
        """Each set option as `name = value`, read with the extensions of this very file."""
        described = self._pool.FindMessageTypeByName(options.DESCRIPTOR.full_name)
        known = message_factory.GetMessageClass(described)()
        known.ParseFromString(options.SerializeToString())
        printed: list[str] = []
        for field, value in known.ListFields():
            name = f"({field.full_name})" if field.is_extension else field.name
            if isinstance(value, Message):
                text = MessageToString(value, as_one_line=True, print_unknown_fields=False)
                printed.append(f"{name} = {{{text}}}")
            else:
                printed.append(f"{name} = {_literal(value)}")
        return printed


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def _reserved(owner: DescriptorProto | EnumDescriptorProto, last: int) -> Iterator[str]:
    """`last` is added to a range's end: messages store it exclusive (-1), enums inclusive (0)."""
    for span in owner.reserved_range:
        end = span.end + last
        yield f"reserved {span.start};" if span.start == end else f"reserved {span.start} to {end};"
    for name in owner.reserved_name:
        yield f'reserved "{name}";'


def _extensions(message: DescriptorProto) -> Iterator[str]:
    for span in message.extension_range:
        end = "max" if span.end == MAX_RANGE else str(span.end - 1)
        yield f"extensions {span.start} to {end};"


def main() -> int:
    """Write the file, formatted by buf afterwards (`make format`)."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(HEADER.format(version=version("protovalidate")) + "\n" + render(embedded()))
    sys.stdout.write(f"wrote {TARGET}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
