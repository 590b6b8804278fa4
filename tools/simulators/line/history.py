"""What the line's nodes showed, for clients that were away."""

import datetime as dt
from collections import defaultdict
from typing import Any

from asyncua import ua
from asyncua.server.history import HistoryStorageInterface

_ROOM = 1000


class History(HistoryStorageInterface):
    """Every value of the line's life, in memory: at its start the panel adds them from its file."""

    def __init__(self) -> None:
        super().__init__(max_history_data_response_size=_ROOM)
        self._values: dict[ua.NodeId, list[ua.DataValue]] = defaultdict(list)

    def add(self, node: ua.NodeId, value: ua.DataValue) -> None:
        """The next value of `node`; source timestamps rise."""
        self._values[node].append(value)

    def last(self, node: ua.NodeId) -> ua.Variant | None:
        """What it shows now."""
        return self._values[node][-1].Value if node in self._values else None

    async def read_node_history(
        self,
        node_id: ua.NodeId,
        start: dt.datetime | None,
        end: dt.datetime | None,
        nb_values: int,
    ) -> tuple[list[ua.DataValue], dt.datetime | None]:
        """Values from `start` to `end`, both included; newest first without a start.

        Of more than fit, the source timestamp of the first that is left out.
        """
        unset = ua.get_win_epoch()
        first, last = start or unset, end or unset
        found = [
            one
            for one in self._values.get(node_id, [])
            if first <= _at(one) and (last == unset or _at(one) <= last)
        ]
        room = min(nb_values or _ROOM, _ROOM)
        if first == unset:
            return found[::-1][:room], None
        return found[:room], _at(found[room]) if len(found) > room else None

    async def init(self) -> None:
        """Nothing to prepare."""

    async def stop(self) -> None:
        """Nothing to close."""

    async def new_historized_node(
        self, node_id: ua.NodeId, period: dt.timedelta | None, count: int = 0
    ) -> None:
        """The panel adds values itself, before a client can read them."""

    async def save_node_value(self, node_id: ua.NodeId, datavalue: ua.DataValue) -> None:
        """As above."""

    async def new_historized_event(
        self, source_id: ua.NodeId, evtypes: list[Any], period: dt.timedelta | None, count: int = 0
    ) -> None:
        """The line has no events."""

    async def save_event(self, event: Any) -> None:
        """The line has no events."""

    async def read_event_history(
        self,
        source_id: ua.NodeId,
        start: dt.datetime | None,
        end: dt.datetime | None,
        nb_values: int,
        evfilter: Any,
    ) -> tuple[list[Any], dt.datetime | None]:
        """The line has no events."""
        return [], None


def _at(value: ua.DataValue) -> Any:
    return value.SourceTimestamp
