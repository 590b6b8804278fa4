"""What a server remembers of the time when nobody listened."""

from collections.abc import Sequence
from datetime import timedelta

from asyncua import Client, ua

from services.kit.clock import Clock
from services.kit.log import logger
from services.telemetry.adapters.opcua.nodes import Bound
from services.telemetry.adapters.opcua.values import read_change
from services.telemetry.domain.change import Change, Role
from services.telemetry.domain.sight import Sight

# A longer gap is not worth its memory: it stays a gap.
_LONGEST = timedelta(days=1)
_COUNTED = timedelta(hours=1)
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
            values = await client.get_node(node).read_raw_history(
                since - back, now + _LONGEST, return_bounds=False
            )
            changes.extend(read_change(tag, value, now) for tag in tags for value in values)
    except ua.UaStatusCodeError as error:
        _log.warning("no history", equipment=equipment, why=str(error))
        return None
    return changes
