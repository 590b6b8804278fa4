"""A process whose metrics page is that of a service: same instruments, same exporter.

Started by a test with its flows and leases as JSON; says its port, and ends with its stdin.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from services.kit import signals
from services.kit.signals.setup import Export, start


def shown(flows: list[dict[str, Any]], field: str) -> Callable[[], Iterator[signals.Reading]]:
    """As kit.desk.standing shows them."""

    def read() -> Iterator[signals.Reading]:
        for flow in flows:
            yield flow[field], {key: flow[key] for key in ("kind", "name", "state")}

    return read


def main() -> None:
    """Serve until the test ends."""
    given = json.loads(sys.argv[1])
    running = start("works", "works-0", Export(metrics_port=0))
    signals.observe("plantmesh.flow.depth", shown(given["flows"], "depth"))
    signals.observe("plantmesh.flow.oldest", shown(given["flows"], "oldest"))
    for lease in given["leads"]:
        signals.gauge("plantmesh.elector.leading").set(1, {"lease": lease})
    sys.stdout.write(f"{running.metrics_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    running.close()


if __name__ == "__main__":
    main()
