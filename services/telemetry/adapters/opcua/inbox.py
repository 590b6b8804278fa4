"""Where notifications wait until the slower ones of the same moment have arrived too."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from asyncua import Node, ua
from asyncua.common.subscription import DataChangeNotif

from services.kit.clock import Clock
from services.telemetry.adapters.opcua.nodes import Place
from services.telemetry.adapters.opcua.values import read_change
from services.telemetry.domain.change import Change

_UNKNOWN = ua.StatusCodes.BadNodeIdUnknown


class Inbox:
    """The subscription's handler; it only appends. `lose` is called when it died at the server.

    `gone` are the nodes that the server does not know any more. Its clock is `ahead` of ours.
    """

    def __init__(
        self,
        nodes: Mapping[ua.NodeId, Sequence[Place]],
        clock: Clock,
        lose: Callable[[], None],
        ahead: timedelta = timedelta(0),
    ) -> None:
        self.gone: set[ua.NodeId] = set()
        self._ahead = ahead
        self._nodes = nodes
        self._clock = clock
        self._lose = lose
        self._fresh: list[tuple[str, Change]] = []
        self._held: list[tuple[str, Change]] = []

    def datachange_notification(self, node: Node, val: Any, data: DataChangeNotif) -> None:
        """One value of one node."""
        now, shown = self._clock.now(), data.monitored_item.Value
        known = shown.StatusCode is None or shown.StatusCode.value != _UNKNOWN
        (self.gone.discard if known else self.gone.add)(node.nodeid)
        for equipment, tag in self._nodes[node.nodeid]:
            self._fresh.append((equipment, read_change(tag, shown, now, self._ahead)))

    def status_change_notification(self, status: ua.StatusChangeNotification) -> None:
        """The server ended the subscription."""
        self._lose()

    def take(self, *, all: bool = False) -> dict[str, list[Change]]:
        """By equipment, what is no newer than what was here at the last call already.

        Nodes are sampled one by one: a count may arrive after the change of job that followed it.
        """
        until = max((change.at for _, change in self._held), default=None)
        ripe = self._held
        self._held = []
        for equipment, change in self._fresh:
            late = all or (until is not None and change.at <= until)
            (ripe if late else self._held).append((equipment, change))
        self._fresh = []
        taken: dict[str, list[Change]] = {}
        for equipment, change in ripe:
            taken.setdefault(equipment, []).append(change)
        return taken
