"""The nodes of a source on its server as it is now: indices, units, how long it runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from asyncua import Client, Node, ua

from services.kit.errors import InvalidError
from services.kit.units import UNITS
from services.telemetry.adapters.sources import CounterEntry, EquipmentEntry, Source
from services.telemetry.domain.change import Role, Tag

_CEFACT = "http://www.opcfoundation.org/UA/units/un/cefact"
_HISTORY_READ = 1 << ua.AccessLevel.HistoryRead
_CHUNK = 500

Place = tuple[str, Tag]
"""An equipment, and what a node says of it."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a connection found. A node may say several things.

    `paths` are as the sources file spells them, `units` by equipment and counter; `history` names
    the equipment all of whose nodes have it.
    """

    incarnation: str
    nodes: Mapping[ua.NodeId, Sequence[Place]]
    paths: Mapping[ua.NodeId, str]
    units: Mapping[str, Mapping[str, str]]
    history: frozenset[str] = field(default_factory=frozenset)


async def bind(client: Client, source: Source) -> Bound:
    """Find all nodes; raises InvalidError naming the one that is missing or has no clear unit."""
    namespaces = await client.get_namespace_array()
    started = await client.nodes.server.get_child(["0:ServerStatus", "0:StartTime"])
    start = (await started.read_value()).replace(tzinfo=UTC)
    places: dict[ua.NodeId, list[Place]] = {}
    paths: dict[ua.NodeId, str] = {}
    for entry in source.equipment:
        for tag, path in entry.nodes.items():
            node = _node_id(source, entry, path, namespaces)
            places.setdefault(node, []).append((entry.equipment, tag))
            paths[node] = path
    access = await _access(client, source, paths)
    units: dict[str, dict[str, str]] = {entry.equipment: {} for entry in source.equipment}
    for node, said in places.items():
        for equipment, tag in said:
            if tag.role is Role.COUNT:
                counter = _counter(source, equipment, tag.counter)
                units[equipment][tag.counter] = await _unit(source, client.get_node(node), counter)
    mute = {
        equipment
        for node, said in places.items()
        for equipment, _ in said
        if not access[node] & _HISTORY_READ
    }
    return Bound(start.isoformat(), places, paths, units, frozenset(units.keys() - mute))


def chunks(nodes: Iterable[ua.NodeId]) -> Iterable[list[ua.NodeId]]:
    """Servers bound what they take in one request."""
    waiting = list(nodes)
    while waiting:
        yield waiting[:_CHUNK]
        waiting = waiting[_CHUNK:]


def refused_node(source: Source, node: str, why: str) -> InvalidError:
    """A node that cannot be used as it was set up."""
    return InvalidError(
        f"{source.name}: node {node} {why}",
        code="bad_node",
        field="node",
        hint=f"compare the sources file with the address space of {source.endpoint}",
    )


def _node_id(
    source: Source, entry: EquipmentEntry, path: str, namespaces: Sequence[str]
) -> ua.NodeId:
    try:
        read = ua.NodeId.from_string(path)
    except (ua.UaError, ValueError) as error:
        raise refused_node(source, path, f"of {entry.equipment} is no node id") from error
    if not isinstance(read, ua.ExpandedNodeId):
        return read
    if read.NamespaceUri not in namespaces:
        raise refused_node(source, path, f"of {entry.equipment} is in a namespace it does not have")
    index = namespaces.index(read.NamespaceUri)
    return ua.NodeId(read.Identifier, ua.Int16(index), read.NodeIdType)


async def _access(
    client: Client, source: Source, paths: Mapping[ua.NodeId, str]
) -> dict[ua.NodeId, int]:
    """What may be done with each; raises InvalidError naming one that is not there."""
    found: dict[ua.NodeId, int] = {}
    for part in chunks(paths):
        nodes = [client.get_node(node) for node in part]
        answers = await client.read_attributes(nodes, ua.AttributeIds.UserAccessLevel)
        for node, answer in zip(part, answers, strict=True):
            if answer.StatusCode is not None and answer.StatusCode.is_bad():
                why = f"cannot be read: {answer.StatusCode.name}"
                raise refused_node(source, paths[node], why)
            found[node] = int(answer.Value.Value) if answer.Value else 0
    return found


def _counter(source: Source, equipment: str, counter: str) -> CounterEntry:
    return next(
        one
        for entry in source.equipment
        if entry.equipment == equipment
        for one in entry.counters
        if one.name == counter
    )


async def _unit(source: Source, node: Node, entry: CounterEntry) -> str:
    """The node's engineering unit, the configured one, or both alike; never a guess."""
    shown = await _engineering_unit(node)
    if shown is not None and shown not in UNITS:
        raise _no_unit(source, entry, f"has {shown!r}, which is no unit of UN/ECE Rec. 20")
    if shown and entry.unit and shown != entry.unit:
        raise _no_unit(source, entry, f"has the unit {shown}, the sources file says {entry.unit}")
    unit = shown or entry.unit
    if not unit:
        raise _no_unit(source, entry, "has no engineering unit, and the sources file names none")
    return unit


def _no_unit(source: Source, entry: CounterEntry, why: str) -> InvalidError:
    return InvalidError(
        f"{source.name}: node {entry.node} of the counter {entry.name} {why}",
        code="unclear_unit",
        field="unit",
        hint="make both agree; a quantity is never counted in a guessed unit",
    )


async def _engineering_unit(node: Node) -> str | None:
    """Source: OPC 10000-8, 5.6.4.3: the characters of the code, the first in the highest byte."""
    try:
        shown = await (await node.get_child("0:EngineeringUnits")).read_value()
    except (ua.uaerrors.BadNoMatch, ua.uaerrors.BadNodeIdUnknown):
        return None
    if not isinstance(shown, ua.EUInformation):
        return None
    if shown.NamespaceUri != _CEFACT:
        return str(shown.DisplayName.Text or shown.UnitId)
    code: bytes = (shown.UnitId & 0xFFFF_FFFF).to_bytes(4, "big").lstrip(b"\0")
    return str(code, "ascii", errors="replace")
