"""Where notifications wait until the slower ones of the same moment have arrived too."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asyncua import Node, ua
from asyncua.common.subscription import DataChangeNotif
from asyncua.observer import Observer, SubscriptionEvent

from services.kit.clock import Clock
from services.telemetry.adapters.opcua.nodes import Place
from services.telemetry.adapters.opcua.values import read_change
from services.telemetry.domain.change import Change


class Inbox(Observer):
    """The subscription's handler; it only appends. `lose` is called when it died at the server."""

    def __init__(
        self,
        nodes: Mapping[ua.NodeId, Sequence[Place]],
        clock: Clock,
        lose: Callable[[], None],
    ) -> None:
        self._nodes = nodes
        self._clock = clock
        self._lose = lose
        self._fresh: list[tuple[str, Change]] = []
        self._held: list[tuple[str, Change]] = []

    def datachange_notification(self, node: Node, val: Any, data: DataChangeNotif) -> None:
        """One value of one node."""
        now = self._clock.now()
        for equipment, tag in self._nodes[node.nodeid]:
            change = read_change(tag, data.monitored_item.Value, now)
            self._fresh.append((equipment, change))

    def status_change_notification(self, status: ua.StatusChangeNotification) -> None:
        """The server ended the subscription."""
        self._lose()

    def on_subscription_event(self, subscription_id: int | None, event: SubscriptionEvent) -> None:
        """A subscription that the client made anew has missed values."""
        if event is SubscriptionEvent.RECREATED:
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
