"""The business measures of what is confirmed and not booked, and of what waits for a person."""

from collections.abc import Iterator

from services.kit import signals
from services.kit.rounds import Rounds
from services.kit.store import Store

_LOOK_SECONDS = 10.0
# Spelt as the partial indexes are, so that years of settled ones cost nothing.
_UNPOSTED = """
SELECT split_part(flow, '/', 2), count(*), coalesce(extract(epoch FROM clock_timestamp()
    - min((content->'occurred_at'->>'moment')::timestamptz)), 0)::float8 FROM effect
  WHERE at = 'erp' AND posting <> 'posted' AND posting <> 'skipped' GROUP BY 1"""
_STUCK = """
SELECT 'fact', count(*) FROM fact WHERE state <> 'done' AND state = 'refused' AND until = 'person'
UNION ALL SELECT 'effect', count(*) FROM effect
  WHERE state <> 'done' AND state = 'refused' AND until = 'person'"""

_STUCK_ORDERS = """
SELECT plant, CASE WHEN age < interval '1 hour' THEN 'minutes' WHEN age < interval '1 day'
  THEN 'hours' ELSE 'days' END, count(*) FROM (
  SELECT split_part(flow, '/', 2) AS plant, clock_timestamp() - min(refused_at) AS age FROM (
    SELECT flow, refused_at FROM fact
      WHERE state <> 'done' AND state = 'refused' AND until = 'person' UNION ALL
    SELECT flow, refused_at FROM effect
      WHERE state <> 'done' AND state = 'refused' AND until = 'person') AS refused
  WHERE starts_with(flow, 'order/') GROUP BY flow) AS stuck GROUP BY 1, 2"""


def open_work(store: Store) -> Rounds:
    """Looks for as long as the service runs."""
    return Rounds(OpenWork(store).look, seconds=_LOOK_SECONDS)


class OpenWork:
    """As last looked at; a plant stays, at 0."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unposted: dict[str, int] = {}
        self._oldest_seconds: dict[str, float] = {}
        self._stuck_orders: dict[tuple[str, str], int] = {}
        self._stuck: dict[str, int] = {}
        signals.observe("plantmesh.process.unposted", self.unposted)
        signals.observe("plantmesh.process.unposted_age", self.oldest)
        signals.observe("plantmesh.process.stuck", self.stuck)
        signals.observe("plantmesh.process.stuck_orders", self.stuck_orders)

    async def look(self) -> None:
        """Renew what the measures show."""
        async with self._store.work() as work:
            unposted = await work.sql(_UNPOSTED)
            stuck = await work.sql(_STUCK)
            orders = await work.sql(_STUCK_ORDERS)
        gone = dict.fromkeys(self._unposted, 0)
        self._unposted = gone | {plant: count for plant, count, _ in unposted}
        self._oldest_seconds = gone | {plant: age for plant, _, age in unposted}
        self._stuck = dict(stuck)
        known = dict.fromkeys(self._stuck_orders, 0)
        self._stuck_orders = known | {(plant, age): count for plant, age, count in orders}

    def unposted(self) -> Iterator[signals.Reading]:
        """One number a plant."""
        for plant, count in self._unposted.items():
            yield count, {"plant": plant}

    def oldest(self) -> Iterator[signals.Reading]:
        """Seconds, one number a plant."""
        for plant, age in self._oldest_seconds.items():
            yield age, {"plant": plant}

    def stuck_orders(self) -> Iterator[signals.Reading]:
        """One number for a plant and an age; one that was there stays, at 0."""
        for (plant, age), count in self._stuck_orders.items():
            yield count, {"plant": plant, "age": age}

    def stuck(self) -> Iterator[signals.Reading]:
        """One number for facts, one for effects."""
        for kind, count in self._stuck.items():
            yield count, {"kind": kind}
