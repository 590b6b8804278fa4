"""The nodes of a source on its server as it is now: indices, units, how long it runs."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from asyncua import Client, Node, ua

from services.kit.clock import Clock
from services.kit.errors import InvalidError
from services.kit.log import logger
from services.kit.units import UNITS
from services.telemetry.adapters.opcua.values import read_time
from services.telemetry.adapters.sources import CounterEntry, EquipmentEntry, Source
from services.telemetry.domain.change import Role, Tag

_CEFACT = "http://www.opcfoundation.org/UA/units/un/cefact"
_NO_UNIT = (0, -1)
_HISTORY_READ = 1 << ua.AccessLevel.HistoryRead
_CHUNK = 500
_TOO_MUCH = (
    ua.uaerrors.BadTooManyOperations,
    ua.uaerrors.BadEncodingLimitsExceeded,
    ua.uaerrors.BadRequestTooLarge,
    ua.uaerrors.BadResponseTooLarge,
)
_NOT_TOLD = (
    ua.uaerrors.BadNoMatch,
    ua.uaerrors.BadNodeIdUnknown,
    ua.uaerrors.BadServiceUnsupported,
    ua.uaerrors.BadNotSupported,
    ua.uaerrors.BadNotImplemented,
    ua.uaerrors.BadNotReadable,
    ua.uaerrors.BadAttributeIdInvalid,
    ua.uaerrors.BadUserAccessDenied,
)
"""A small server may have neither properties nor a way to ask for them."""
# A clock within this is as good as ours; one that is off by more than this shows nothing at all.
_CLOSE, _ABSURD = timedelta(minutes=5), timedelta(days=36_525)
_T = TypeVar("_T")
_log = logger(__name__)

Place = tuple[str, Tag]
"""An equipment, and what a node says of it."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a connection found. A node may say several things.

    `paths` are as the sources file spells them, `units` by equipment and counter; `history` names
    the equipment all of whose nodes have it; `refused` says of others why they cannot be read. The
    server's clock is `ahead` of ours, in whole minutes.
    """

    incarnation: str
    nodes: Mapping[ua.NodeId, Sequence[Place]]
    paths: Mapping[ua.NodeId, str]
    units: Mapping[str, Mapping[str, str]]
    history: frozenset[str] = field(default_factory=frozenset)
    refused: Mapping[str, InvalidError] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)


async def bind(client: Client, source: Source, clock: Clock) -> Bound:
    """Find all nodes. A machine whose node is missing or has no clear unit holds up no other.

    Raises InvalidError naming the node where no machine is left.
    """
    incarnation, ahead = await _times(client, source, clock)
    namespaces = await client.get_namespace_array() or []
    paths: dict[ua.NodeId, str] = {}
    found: dict[str, dict[Tag, ua.NodeId]] = {}
    refused: dict[str, InvalidError] = {}
    for entry in source.equipment:
        try:
            nodes = {t: _node_id(source, entry, p, namespaces) for t, p in entry.nodes.items()}
        except InvalidError as error:
            refused[entry.equipment] = error
            continue
        found[entry.equipment] = nodes
        paths |= {nodes[tag]: path for tag, path in entry.nodes.items()}
    access = await _access(client, paths)
    units: dict[str, dict[str, str]] = {}
    for equipment, nodes in found.items():
        try:
            _check_access(source, nodes.values(), access, paths)
            units[equipment] = await _units(client, source, equipment, nodes)
        except InvalidError as error:
            refused[equipment] = error
    if refused and not units:
        raise next(iter(refused.values()))
    places: dict[ua.NodeId, list[Place]] = {}
    for equipment in units:
        for tag, node in found[equipment].items():
            places.setdefault(node, []).append((equipment, tag))
    remembered = frozenset(
        equipment
        for equipment in units
        if all(_level(access[node]) & _HISTORY_READ for node in found[equipment].values())
    )
    return Bound(incarnation, places, paths, units, remembered, refused, ahead)


async def in_parts(
    nodes: Iterable[ua.NodeId], ask: Callable[[list[ua.NodeId]], Awaitable[Sequence[_T]]]
) -> list[tuple[ua.NodeId, _T]]:
    """Each node and its answer: servers bound what they take in one request, and may not say how.

    Source: OPC 10000-4, 5.2: a request of too many operations is refused as a whole.
    """
    waiting, size = list(nodes), _CHUNK
    found: list[tuple[ua.NodeId, _T]] = []
    while waiting:
        part = waiting[:size]
        try:
            answers = await ask(part)
        except _TOO_MUCH:
            if len(part) == 1:
                raise
            size = len(part) // 2
            continue
        found += zip(part, answers, strict=True)
        waiting = waiting[len(part) :]
    return found


async def _times(client: Client, source: Source, clock: Clock) -> tuple[str, timedelta]:
    """Since when the server runs, and how far its clock is ahead of ours.

    One that does not say since when counts as started anew with every connection.
    """
    asked = ua.ObjectIds.Server_ServerStatus_StartTime, ua.ObjectIds.Server_ServerStatus_CurrentTime
    nodes = [client.get_node(ua.NodeId(ua.Int32(number))) for number in asked]
    started, current = [
        read_time(answer.Value.Value) if answer.Value else None
        for answer in await client.read_attributes(nodes, ua.AttributeIds.Value)
    ]
    now = clock.now()
    off = current - now if current else timedelta(0)
    if not _CLOSE < abs(off) < _ABSURD:
        return (started or now).isoformat(), timedelta(0)
    _log.warning("a source's clock is off", source=source.name, seconds=off.total_seconds())
    # Whole minutes, so that what did not change is seen at the same time by the next connection.
    return (started or now).isoformat(), timedelta(minutes=round(off / timedelta(minutes=1)))


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


async def _access(client: Client, nodes: Iterable[ua.NodeId]) -> dict[ua.NodeId, ua.DataValue]:
    """What may be done with each."""

    async def ask(part: list[ua.NodeId]) -> Sequence[ua.DataValue]:
        of = [client.get_node(node) for node in part]
        return await client.read_attributes(of, ua.AttributeIds.UserAccessLevel)

    return dict(await in_parts(nodes, ask))


def _level(answer: ua.DataValue) -> int:
    level = answer.Value.Value if answer.Value else None
    return level if isinstance(level, int) else 0


def _check_access(
    source: Source,
    nodes: Iterable[ua.NodeId],
    access: Mapping[ua.NodeId, ua.DataValue],
    paths: Mapping[ua.NodeId, str],
) -> None:
    for node in nodes:
        status = access[node].StatusCode
        if status is not None and status.is_bad():
            raise refused_node(source, paths[node], f"cannot be read: {status.name}")


async def _units(
    client: Client, source: Source, equipment: str, nodes: Mapping[Tag, ua.NodeId]
) -> dict[str, str]:
    """By counter."""
    [entry] = [one for one in source.equipment if one.equipment == equipment]
    return {
        one.name: await _unit(source, client.get_node(nodes[Tag(Role.COUNT, one.name)]), one)
        for one in entry.counters
    }


async def _unit(source: Source, node: Node, entry: CounterEntry) -> str:
    """The node's engineering unit, the configured one, or both alike; never a guess.

    What the node has of another vocabulary is left to whoever configured it.
    """
    code, other = await _engineering_unit(node)
    strange = code if code not in UNITS else ""
    if strange or (other and not entry.unit):
        what = (strange or other)[:40]
        raise _no_unit(source, entry, f"has {what!r}, which is no unit of UN/ECE Rec. 20")
    if code and entry.unit and code != entry.unit:
        raise _no_unit(source, entry, f"has the unit {code}, the sources file says {entry.unit}")
    unit = code or entry.unit
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


async def _engineering_unit(node: Node) -> tuple[str, str]:
    """Its code of Recommendation 20, and what it has instead where that is another; "" = none.

    Source: OPC 10000-8, 5.6.4.3: the characters of the code, the first in the highest byte.
    """
    try:
        shown = await (await node.get_child("0:EngineeringUnits")).read_value()
    except _NOT_TOLD:
        return "", ""
    if not isinstance(shown, ua.EUInformation):
        return "", ""
    if shown.NamespaceUri != _CEFACT:
        return "", str(shown.DisplayName.Text or shown.UnitId)
    if shown.UnitId in _NO_UNIT:
        return "", ""
    code: bytes = (shown.UnitId & 0xFFFF_FFFF).to_bytes(4, "big").lstrip(b"\0")
    return str(code, "ascii", errors="replace"), ""
