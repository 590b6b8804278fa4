"""The bytes that are digested and signed: canonical, so that anybody can compute them again.

A list of values is written as one frame a value: its length as 4 bytes big-endian, then its bytes;
a missing value is the length 0xFFFFFFFF alone. Numbers are decimal digits, times are UTC as
2026-05-04T12:00:00.000000+00:00, texts are UTF-8, bytes are themselves. The first value is a tag
with the version of the layout.

    row    plantmesh.audit.row.1, then FIELDS in their order; old and new as the JSON text recorded
    seal   plantmesh.audit.seal.1, service, partition, no, first_seq, last_seq, sealed_at, key_id,
           previous head (empty for no 1), SHA-256 of all rows' digests one after the other
    head   SHA-256 of the seal's bytes followed by its Ed25519 signature
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

DIGEST = 32
FIELDS = (
    "partition", "id", "at", "who", "via", "kind", "key", "old", "new", "reason", "service",
    "method", "schema_version", "mapping_version", "correlation",
)  # fmt: skip
"""Of a row; its place in the chain is its digest's place in the seal."""

_NONE = b"\xff\xff\xff\xff"
_ROW = b"plantmesh.audit.row.1"

Value = str | int | bytes | datetime | None


def frame(values: Iterable[Value]) -> bytes:
    """The values as one unambiguous text of bytes."""
    parts: list[bytes] = []
    for value in values:
        if value is None:
            parts.append(_NONE)
            continue
        data = value if isinstance(value, bytes) else _written(value)
        parts += (len(data).to_bytes(4, "big"), data)
    return b"".join(parts)


def row_digest(row: Iterable[Value]) -> bytes:
    """Of the values of FIELDS."""
    return sha256(frame((_ROW, *row))).digest()


def _written(value: str | int | datetime) -> bytes:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds").encode()
    return str(value).encode()
