"""What a server remembers of the time when nobody listened."""

from collections.abc import Collection
from datetime import datetime, timedelta

from asyncua import Client, ua

from services.kit.clock import Clock
from services.kit.log import logger
from services.telemetry.adapters.opcua.nodes import Bound
from services.telemetry.adapters.opcua.values import read_change
from services.telemetry.domain.change import Change

# A longer gap is not worth its memory: it stays a gap.
_LONGEST = timedelta(days=1)
_log = logger(__name__)


async def read_history(
    client: Client, bound: Bound, equipment: str, since: datetime, clock: Clock
) -> Collection[Change] | None:
    """Every change of a machine's nodes after `since`, unordered; None where it is not offered."""
    now = clock.now()
    if equipment not in bound.history or now - since > _LONGEST:
        return None
    changes: list[Change] = []
    try:
        for node, said in bound.nodes.items():
            tags = [tag for whose, tag in said if whose == equipment]
            if not tags:
                continue
            values = await client.get_node(node).read_raw_history(
                since, now + _LONGEST, return_bounds=False
            )
            read = (read_change(tag, value, now) for tag in tags for value in values)
            changes.extend(change for change in read if change.at > since)
    except ua.UaStatusCodeError as error:
        _log.warning("no history", equipment=equipment, why=str(error))
        return None
    return changes
