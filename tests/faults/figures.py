"""What a row proved: one line a person reads, one file a program reads."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.checker import Verdict

FOLDER = Path(__file__).parents[2] / "build" / "faults"
ROW = "row"
"""What a test's report calls a line of figures."""


@dataclass(frozen=True)
class Figures:
    """Of one run of one row of reliability.md."""

    row: str
    seed: int
    seconds: float
    kills: int
    verdict: Verdict
    evidence: Mapping[str, int]
    counts: Mapping[str, int]

    def line(self) -> str:
        """For the terminal."""
        judged = self.verdict
        proof = ", ".join(f"{count} {name}" for name, count in self.evidence.items())
        return (
            f"row {self.row}: {judged.accepted} accepted, {judged.effects} effects, "
            f"{judged.lost} lost, {judged.repeated} repeated, {judged.disorder} out of order; "
            f"{self.kills} kills; {proof} ({self.seconds:.1f} s, seed {self.seed})"
        )

    def write(self) -> None:
        """Put them at build/faults/<row>.json."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        content: dict[str, Any] = asdict(self)
        (FOLDER / f"{self.row}.json").write_text(json.dumps(content, indent=1) + "\n")


def tell(request: pytest.FixtureRequest, figures: Iterable[Figures]) -> None:
    """Have the rows printed when all tests have run."""
    request.node.user_properties.extend((ROW, row.line()) for row in figures)
