"""Results: a table for people, and build/bench/<name>.json to compare runs of one machine by."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.bench.meter import Cost

FOLDER = Path(__file__).parents[2] / "build" / "bench"


@dataclass(frozen=True)
class Step:
    """A piece of work: what it cost our processes, and the servers beside it (CPU seconds)."""

    name: str
    cost: Cost
    beside: Mapping[str, float]

    def line(self) -> str:
        """For people."""
        servers = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.beside.items())
        cost = self.cost
        return (
            f"  {self.name:28} {cost.per_cpu_second:10,.0f}/CPU s {cost.per_second:10,.0f}/s"
            f"   {cost.count:7,} in {cost.cpu:5.2f} CPU s, {servers}"
        )


@dataclass(frozen=True)
class Result:
    """What was compared in one run: `ratio` by the `aim` (0: none), which is at least or `at_most`.

    `right` are its effects.
    """

    name: str
    says: str
    ratio: float
    aim: float
    right: bool
    steps: list[Step] = field(default_factory=list)
    at_most: bool = False

    def table(self) -> str:
        """For people."""
        right = "" if self.right else "; THE EFFECTS ARE WRONG, no figure is worth this"
        bound = "at most " if self.at_most else ""
        aim = f" (aim {bound}{self.aim:,.2f})" if self.aim else ""
        head = f"{self.name}: {self.says} = {self.ratio:,.2f}{aim}{right}"
        return "\n".join([head, *(step.line() for step in self.steps)])


def publish(result: Result, folder: Path = FOLDER) -> None:
    """Print it and keep it."""
    sys.stdout.write(f"{result.table()}\n")
    sys.stdout.flush()
    folder.mkdir(parents=True, exist_ok=True)
    rates = {step.name: round(step.cost.per_cpu_second) for step in result.steps}
    content = json.dumps(asdict(result) | {"per_cpu_second": rates}, indent=1)
    (folder / f"{result.name}.json").write_text(f"{content}\n")
