"""How much each replica did, over all its lives."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import aiohttp

from tests.flows.spans import Spans
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Program

_SAMPLE = re.compile(r"^plantmesh_(\w+)_total\{(.*)\} (\S+)$", re.MULTILINE)
_WHAT = re.compile(r'(?:what|outcome)="(\w+)"')
_NAMES = {
    ("backbone_events", "published"): "published",
    ("backbone_events", "applied"): "applied",
    ("lane_events", "posted"): "posted",
    # Leases of partitions are taken over too; here it is the lane's count.
    ("lane_events", "taken_over"): "taken_over",
    ("telemetry_reports", "recorded"): "told",
    ("mes_looks", "booked"): "counted",
}
COLUMNS = (
    "calls",
    "published",
    "applied",
    "posted",
    "taken_over",
    "activations",
    "told",
    "counted",
)


@dataclass
class WorkDone:
    """Counts by replica. A counter that fell began anew with its process."""

    lived: dict[str, Counter[str]] = field(default_factory=dict)
    _now: dict[str, Counter[str]] = field(default_factory=dict)

    async def look(self, programs: Iterable[Program]) -> None:
        """Read the metrics of those that answer."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as http:
            for program in programs:
                url = f"http://{LOOPBACK}:{program.port('metrics')}/metrics"
                try:
                    async with http.get(url) as answer:
                        self._note(program.name, _read(await answer.text()))
                except (aiohttp.ClientError, TimeoutError):
                    continue

    def of(self, replica: str) -> Counter[str]:
        """All its lives."""
        return self.lived.get(replica, Counter()) + self._now.get(replica, Counter())

    def all(self, what: str) -> int:
        """Of every replica."""
        return sum(self.of(name)[what] for name in self.lived.keys() | self._now.keys())

    def calls(self, spans: Spans) -> None:
        """Count the calls each has served, from their spans."""
        for span in spans.values():
            if span.facts.get("kind") == "SERVER" and span.name.startswith("/plantmesh."):
                self.add(span.instance, "calls", 1)

    def add(self, replica: str, what: str, count: int) -> None:
        """From another source than metrics."""
        self.lived.setdefault(replica, Counter())[what] += count

    def table(self, replicas: Sequence[str]) -> str:
        """A line each."""
        head = f"{'replica':14}" + "".join(f"{name:>12}" for name in COLUMNS)
        lines = [
            f"{replica:14}" + "".join(f"{self.of(replica)[name]:>12}" for name in COLUMNS)
            for replica in replicas
        ]
        return "\n".join([head, *lines])

    def _note(self, replica: str, read: Counter[str]) -> None:
        before = self._now.get(replica, Counter())
        if any(read[what] < count for what, count in before.items()):
            self.lived[replica] = self.lived.get(replica, Counter()) + before
        self._now[replica] = read


def _read(page: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for metric, labels, value in _SAMPLE.findall(page):
        what = _WHAT.search(labels)
        if what and (name := _NAMES.get((metric, what.group(1)))):
            found[name] += int(float(value))
    return found
