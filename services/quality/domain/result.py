"""What was measured; results are only ever added."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.kit.clock import Instant
from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.quality.domain.sameness import require_same


class Point(NamedTuple):
    """What is measured, on which sample; a characteristic of one sample has one valid result."""

    characteristic: str
    sample: str


@dataclass(frozen=True, slots=True)
class Result:
    """One reading. `version` counts from 1; a later one corrects the one before, for a reason."""

    characteristic: str
    sample: str
    version: int
    value: Quantity
    passed: bool
    measured_at: Instant
    instrument: str
    reason: str
    by: str = field(compare=False)
    at: datetime = field(compare=False)

    @property
    def point(self) -> Point:
        """What it is a reading of."""
        return Point(self.characteristic, self.sample)


def follows(history: list[Result], result: Result) -> bool:
    """Whether `result` is news after `history` (oldest first); False when it is known.

    Raises ConflictError when the version is taken by another reading or leaves a gap, InvalidError
    on a correction without a reason.
    """
    if result.version <= len(history):
        require_same(
            history[result.version - 1],
            result,
            what=f"version {result.version} of {result.characteristic} on {result.sample}",
            code="result_differs",
            hint=f"to correct it, record version {len(history) + 1} with a reason",
        )
        return False
    if result.version > len(history) + 1:
        raise ConflictError(
            f"{result.characteristic} on {result.sample} has {len(history)} versions",
            code="version_gap",
            field="version",
            hint=f"the next one is {len(history) + 1}",
        )
    if history and not result.reason:
        raise InvalidError(
            "a correction says why",
            code="reason_required",
            field="reason",
            hint="what was wrong with the version before",
        )
    return True
