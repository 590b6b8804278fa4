"""A subscription that notices what asyncua lets pass: a message that was lost, and silence."""

import math
import time
from collections.abc import Callable

from asyncua import Client, ua
from asyncua.common.subscription import Subscription

from services.telemetry.adapters.opcua.inbox import Inbox

_KEEPALIVE_MS = 5_000.0
_LIFETIME_MS = 60_000.0
"""A server has few subscriptions: one whose client died shall not stay for long."""
_MISSED = 3
_LAST_NUMBER = 0xFFFF_FFFF
_SMALLEST_QUEUE, _LARGEST_QUEUE = 10, 1000


class Watched(Subscription):
    """Calls `lose` when a notification message is missing; `silent` when it says nothing at all.

    Source: OPC 10000-4, 5.14.1.2 (keep-alives) and 7.26 (sequence numbers).
    """

    def __init__(
        self,
        client: Client,
        params: ua.CreateSubscriptionParameters,
        inbox: Inbox,
        lose: Callable[[], None],
    ) -> None:
        super().__init__(client.uaclient.session, params, inbox)
        self.patience = math.inf
        """Seconds."""
        self._lose = lose
        self._heard_at = time.monotonic()
        self._next: int | None = None

    @property
    def silent(self) -> bool:
        """Not even a keep-alive came for `patience` seconds."""
        return time.monotonic() - self._heard_at > self.patience

    async def publish_callback(self, publish_result: ua.PublishResult) -> None:
        """One message, or a keep-alive; what follows a loss is left to the next connection."""
        self._heard_at = time.monotonic()
        message = publish_result.NotificationMessage
        if self._follows_a_loss(int(message.SequenceNumber), bool(message.NotificationData)):
            self._lose()
        else:
            await super().publish_callback(publish_result)

    def _follows_a_loss(self, number: int, tells: bool) -> bool:
        """A keep-alive has the number of the next message, but some repeat the last, or say 0."""
        expected = self._next
        if tells:
            self._next = number % _LAST_NUMBER + 1
            return expected not in (None, number)
        return expected is not None and number > expected


async def watch(
    client: Client, period_ms: float, inbox: Inbox, lose: Callable[[], None]
) -> tuple[Watched, int]:
    """A new one, and how many values a node's queue must hold until they are published.

    Both follow what the server made of our wishes.
    """
    params = ua.CreateSubscriptionParameters()
    params.RequestedPublishingInterval = ua.Double(period_ms)
    keepalive = math.ceil(_KEEPALIVE_MS / period_ms)
    params.RequestedMaxKeepAliveCount = ua.UInt32(keepalive)
    lifetime = max(math.ceil(_LIFETIME_MS / period_ms), _MISSED * keepalive)
    params.RequestedLifetimeCount = ua.UInt32(lifetime)
    params.MaxNotificationsPerPublish = ua.UInt32(10_000)
    params.PublishingEnabled = True
    subscription = Watched(client, params, inbox, lose)
    revised = await subscription.init()
    interval = float(revised.RevisedPublishingInterval) or period_ms
    subscription.patience = _MISSED * interval * max(int(revised.RevisedMaxKeepAliveCount), 1) / 1e3
    queue = 2 * math.ceil(interval / period_ms)
    return subscription, min(max(queue, _SMALLEST_QUEUE), _LARGEST_QUEUE)
