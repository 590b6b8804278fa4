"""What a server remembers of the time when nobody listened."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from asyncua import Client, Node, ua

from services.kit.clock import Clock
from services.kit.log import logger
from services.telemetry.adapters.opcua.nodes import Bound
from services.telemetry.adapters.opcua.values import read_change
from services.telemetry.domain.change import Change, Role
from services.telemetry.domain.sight import Sight

# A longer gap is not worth its memory: it stays a gap.
_LONGEST = timedelta(days=1)
_COUNTED = timedelta(hours=1)
_MOST = 100_000
"""Values of one machine; of a longer memory nothing is read, and the gap stays one."""
_log = logger(__name__)


async def read_history(
    client: Client, bound: Bound, sight: Sight, clock: Clock
) -> Sequence[Change] | None:
    """Every change of a machine's nodes since its newest look, unordered; None if not offered.

    Where something restarted, the time before too: it shows whether the memory survived.
    """
    now, since, equipment = clock.now(), sight.newest, sight.equipment
    if equipment not in bound.history or since is None or now - since > _LONGEST:
        return None
    changes: list[Change] = []
    try:
        for node, said in bound.nodes.items():
            tags = [tag for whose, tag in said if whose == equipment]
            if not tags:
                continue
            back = timedelta(0)
            if sight.restarted:
                back = _COUNTED if tags[0].role is Role.COUNT else _LONGEST
            begin, end = since - back + bound.ahead, now + _LONGEST + bound.ahead
            async for value in _remembered(client.get_node(node), begin, end):
                changes.extend(read_change(tag, value, now, bound.ahead) for tag in tags)
                if len(changes) > _MOST:
                    _log.warning("too long a history", equipment=equipment, most=_MOST)
                    return None
    except ua.UaStatusCodeError as error:
        _log.warning("no history", equipment=equipment, why=str(error))
        return None
    return changes


async def _remembered(node: Node, begin: datetime, end: datetime) -> AsyncIterator[ua.DataValue]:
    """Values page by page, as many as the server likes to tell at once."""
    details = ua.ReadRawModifiedDetails()
    # asyncua says yes where nothing is said: bounds are no values, and nobody modified any.
    details.IsReadModified = details.ReturnBounds = False
    details.NumValuesPerNode = ua.UInt32(0)
    details.StartTime, details.EndTime = _utc(begin), _utc(end)
    page: bytes | None = None
    while True:
        found = await node.history_read(details, page)
        found.StatusCode.check()
        # A server that has nothing may say so by nothing at all.
        for value in getattr(found.HistoryData, "DataValues", None) or ():
            yield value
        if not found.ContinuationPoint or found.ContinuationPoint == page:
            return
        page = found.ContinuationPoint


def _utc(moment: datetime) -> ua.DateTime:
    return ua.DateTime.combine(moment.date(), moment.timetz())
