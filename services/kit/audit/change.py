"""What became of one thing: the fields that changed, as JSON of the domain's own values."""

from dataclasses import dataclass
from typing import Any

import msgspec

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """`old` and `new` are mappings or dataclasses; None where the thing was not, or is no more.

    `kind` and `key` name the thing ("work_order", "lyon/4711": what belongs to a plant begins with
    it). `schema_version` is of the fields' meaning, `mapping_version` of the codes that took part.
    A reason given here goes before the request's.
    """

    kind: str
    key: str
    old: object
    new: object
    reason: str = ""
    schema_version: int = 1
    mapping_version: int = 0

    def texts(self) -> tuple[str | None, str | None]:
        """Old and new with the fields that differ, keys sorted; None where there is no thing."""
        old, new = _fields(self.old), _fields(self.new)
        if old is not None and new is not None:
            same = {name for name in old.keys() & new.keys() if old[name] == new[name]}
            old = {name: value for name, value in old.items() if name not in same}
            new = {name: value for name, value in new.items() if name not in same}
        return _text(old), _text(new)


def _fields(thing: object) -> Fields | None:
    if thing is None:
        return None
    fields = msgspec.to_builtins(thing, str_keys=True, enc_hook=str)
    if not isinstance(fields, dict):
        raise TypeError(f"{type(thing).__name__} has no fields to audit")
    return fields


def _text(fields: Fields | None) -> str | None:
    return None if fields is None else msgspec.json.encode(fields, order="deterministic").decode()
