"""What the presses show at the end, and what mes made of it."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

import psycopg
from plantmesh.telemetry.v1.events_pb2 import CountersRead

from tests.faults.checker import Verdict
from tests.faults.place import Place

_COUNTED = """
SELECT equipment, 'good', sum(good) FROM confirmation GROUP BY 1
UNION ALL
SELECT c.equipment, 'scrap', sum(s.quantity)
FROM scrap s JOIN confirmation c USING (plant, order_no, no) GROUP BY 1
UNION ALL
SELECT equipment, counter, sum(quantity) FROM uncounted GROUP BY 1, 2
"""


def behind(place: Place) -> int:
    """Events told that no cursor has passed, or that are parked behind a suspected killer."""
    with psycopg.connect(place.owner) as owner, psycopg.connect(place.reader) as reader:
        told = owner.execute("SELECT count(*) FROM outbox").fetchone() or (0,)
        read = reader.execute("SELECT coalesce(sum(n), 0) FROM cursor").fetchone() or (0,)
        parked = reader.execute("SELECT count(*) FROM parked").fetchone() or (0,)
    return int(told[0]) - int(read[0]) + int(parked[0])


def verdict(place: Place) -> Verdict:
    """In kilograms: lost is what a counter shows beyond what was counted, repeated the reverse."""
    shown, counted = _shown(place), _counted(place)
    lacking = [shown[key] - counted[key] for key in shown.keys() | counted.keys()]
    return Verdict(
        accepted=int(shown.total()),
        effects=int(counted.total()),
        lost=int(sum(amount for amount in lacking if amount > 0)),
        repeated=-int(sum(amount for amount in lacking if amount < 0)),
    )


def troubles(place: Place) -> list[str]:
    """Parked keys, and orders whose numbers or sums do not fit their confirmations."""
    with psycopg.connect(place.reader) as reader:
        parked = reader.execute("SELECT key FROM parked_key").fetchall()
        wrong = reader.execute(
            "SELECT order_no FROM work_order w JOIN (SELECT order_no, count(*) AS n,"
            " max(no) AS top, sum(good) AS good FROM confirmation GROUP BY 1) c USING (order_no)"
            " WHERE (c.n, c.top, c.good) IS DISTINCT FROM (w.last_no, w.last_no, w.good)"
        ).fetchall()
    return [f"parked {key}" for (key,) in parked] + [f"wrong {no}" for (no,) in wrong]


def waiting(place: Place) -> int:
    """Rows that a person has to attribute."""
    with psycopg.connect(place.reader) as reader:
        row = reader.execute("SELECT count(*) FROM uncounted").fetchone() or (0,)
    return int(row[0])


def _shown(place: Place) -> Counter[tuple[str, str]]:
    """The last reading of each counter that a collector in office told."""
    with psycopg.connect(place.owner) as owner:
        rows = owner.execute("SELECT data FROM outbox ORDER BY key, sequence").fetchall()
    shown: Counter[tuple[str, str]] = Counter()
    for look in (CountersRead.FromString(data) for (data,) in rows):
        if look.epoch > 1:
            for one in look.counters:
                shown[look.equipment, one.counter] = int(one.reading.value)
    return shown


def _counted(place: Place) -> Counter[tuple[str, str]]:
    with psycopg.connect(place.reader) as reader:
        rows: Iterable[tuple[str, str, Decimal]] = reader.execute(_COUNTED).fetchall()
    counted: Counter[tuple[str, str]] = Counter()
    for equipment, counter, amount in rows:
        counted[equipment, counter] += int(amount)
    return counted
