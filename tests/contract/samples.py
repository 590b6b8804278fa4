"""Writes the sample of each event that has none: every field filled as its rules want it."""

import json
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

FOLDER = Path(__file__).parent / "events"
_PROTOS = Path(__file__).parents[2] / "protos" / "plantmesh"
_TEXTS = {
    "value": "12.5",
    "unit": "KGM",
    "to": "KGM",
    "from": "GRM",
    "base_unit": "KGM",
    "over_tolerance": "0.1",
    "time_zone": "Europe/Paris",
    "alternative": "1",
    "business_date": "2026-05-04",
    "document_date": "2026-05-04",
    "valid_from": "2026-05-04",
    "valid_to": "2027-05-04",
    "effective_from": "2026-05-04",
    "currency": "EUR",
    "amount": "12.5",
    "requested": "2026-05-04",
    "promised": "2026-05-04",
    "ordered_on": "2026-05-04",
}
_MOMENT = "2026-05-04T12:00:00Z"


def events() -> Mapping[str, type[Message]]:
    """Every event of every service, by its full name."""
    found = {}
    for path in sorted(_PROTOS.glob("*/v1/events.proto")):
        module = import_module(f"plantmesh.{path.parts[-3]}.v1.events_pb2")
        for kind in module.DESCRIPTOR.message_types_by_name.values():
            found[kind.full_name] = GetMessageClass(kind)
    return found


def fill(kind: Any) -> dict[str, Any]:
    """As proto JSON; of a oneof the first member."""
    if kind.full_name == "google.protobuf.Timestamp":
        raise ValueError("a moment is text in proto JSON")
    chosen = {one.fields[0].name for one in kind.oneofs}
    return {
        field.name: _several(field) if field.is_repeated else _value(field)
        for field in kind.fields
        if field.containing_oneof is None or field.name in chosen
    }


def _several(field: Any) -> Any:
    """One of them; a map is written as one."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = fill(field.message_type)
        return {entry["key"]: entry["value"]}
    return [_value(field)]


def _value(field: Any) -> Any:
    if field.message_type is not None:
        moment = field.message_type.full_name == "google.protobuf.Timestamp"
        return _MOMENT if moment else fill(field.message_type)
    if field.enum_type is not None:
        return field.enum_type.values[1].name
    if field.type == FieldDescriptor.TYPE_STRING:
        return _TEXTS.get(field.name, field.name)
    return True if field.type == FieldDescriptor.TYPE_BOOL else 1


def main() -> None:
    """Those that exist stay as they are."""
    FOLDER.mkdir(exist_ok=True)
    for name, kind in events().items():
        path = FOLDER / f"{name}.json"
        if not path.exists():
            message = ParseDict(fill(kind.DESCRIPTOR), kind())
            content = MessageToDict(message, preserving_proto_field_name=True)
            path.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
