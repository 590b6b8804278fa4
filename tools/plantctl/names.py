"""How a person names one thing that waits: erp:12, mes:mes/plantmesh.erp/lyon/4711."""

from collections.abc import Sequence

from plantmesh.ops.v1 import desk_pb2 as pb

from services.kit.errors import InvalidError


def entry_name(service: str, entry: pb.LaneEntry) -> str:
    """service:id."""
    return f"{service}:{entry.id}"


def read_entry(name: str) -> tuple[str, int]:
    """Service and id; raises InvalidError."""
    service, _, id = name.partition(":")
    if not service or not id.isdecimal():
        raise InvalidError(
            f"{name!r} names no posting", field="name", hint="as `lanes list` shows it: erp:12"
        )
    return service, int(id)


def read_entries(names: Sequence[str]) -> dict[str, list[int]]:
    """Ids by service."""
    found: dict[str, list[int]] = {}
    for name in names:
        service, id = read_entry(name)
        found.setdefault(service, []).append(id)
    return found


def key_name(service: str, name: pb.ParkedKeyName) -> str:
    """service:consumer/topic/key."""
    return f"{service}:{name.consumer}/{name.topic}/{name.key}"


def read_key(name: str) -> tuple[str, pb.ParkedKeyName]:
    """Service and key; raises InvalidError."""
    service, _, rest = name.partition(":")
    match rest.split("/", 2):
        case [consumer, topic, key] if service and consumer and topic and key:
            return service, pb.ParkedKeyName(consumer=consumer, topic=topic, key=key)
    raise InvalidError(
        f"{name!r} names no parked key",
        field="name",
        hint="as `dead-letters list` shows it: mes:mes/plantmesh.erp/lyon/4711",
    )


def read_keys(names: Sequence[str]) -> dict[str, list[pb.ParkedKeyName]]:
    """Keys by service."""
    found: dict[str, list[pb.ParkedKeyName]] = {}
    for name in names:
        service, key = read_key(name)
        found.setdefault(service, []).append(key)
    return found
