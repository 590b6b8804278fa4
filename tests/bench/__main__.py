"""`python -m tests.bench`: every bench, ratios of one run; `--long` repeats them with more."""

import argparse
from collections.abc import Callable

from tests.bench.bench_audit import audit
from tests.bench.bench_backbone import backbone
from tests.bench.bench_calls import calls
from tests.bench.bench_genealogy import genealogy, growth
from tests.bench.bench_graph import graph
from tests.bench.bench_lanes import lanes
from tests.bench.bench_load import load
from tests.bench.report import Result, publish


def benches(scale: int) -> list[Callable[[], Result]]:
    """In the order of the table; `scale` multiplies how much each does."""
    return [
        lambda: backbone(100, 120_000 * scale),
        lambda: backbone(500, 120_000 * scale),
        lambda: lanes(6_000 * scale, (1, 20, 50) if scale > 1 else (1, 20)),
        lambda: calls(20_000 * scale),
        lambda: graph(400 * scale),
        lambda: audit(12_000 * scale),
        growth if scale > 1 else genealogy,
        lambda: load(20_000 * scale),
    ]


def main() -> None:
    """Print the table; nobody waits for a figure, so none fails the run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--long", action="store_true", help="five times as much of everything")
    for bench in benches(5 if parser.parse_args().long else 1):
        publish(bench())


if __name__ == "__main__":
    main()
