"""`python -m tests.bench`: every bench, ratios of one run; `--long` repeats them with more."""

import argparse
from collections.abc import Callable

from tests.bench.bench_audit import audit
from tests.bench.bench_backbone import backbone
from tests.bench.bench_calls import calls
from tests.bench.bench_genealogy import genealogy, growth
from tests.bench.bench_graph import graph
from tests.bench.bench_lanes import lanes
from tests.bench.bench_lists import lists
from tests.bench.bench_load import load
from tests.bench.report import Result, publish


def benches(scale: int) -> dict[str, Callable[[], Result]]:
    """In the order of the table; `scale` multiplies how much each does."""
    return {
        "backbone-100": lambda: backbone(100, 120_000 * scale),
        "backbone-500": lambda: backbone(500, 120_000 * scale),
        "lanes": lambda: lanes(6_000 * scale, (1, 20, 50) if scale > 1 else (1, 20)),
        "calls": lambda: calls(20_000 * scale),
        "graph": lambda: graph(400 * scale),
        "audit": lambda: audit(40_000 * scale),
        "genealogy": growth if scale > 1 else genealogy,
        "load": lambda: load(100_000),
        "lists": lambda: lists(20_000 * scale),
    }


def main() -> None:
    """Print the table; nobody waits for a figure, so none fails the run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--long", action="store_true", help="five times as much, and traces among ten million lots"
    )
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(benches(1)))
    asked = parser.parse_args()
    for name, bench in benches(5 if asked.long else 1).items():
        if not asked.names or name in asked.names:
            publish(bench())


if __name__ == "__main__":
    main()
