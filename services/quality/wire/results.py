"""Results on the wire."""

from collections.abc import Iterable
from datetime import datetime

from plantmesh.quality.v1 import quality_pb2 as _pb

from services.kit.errors import located
from services.kit.wire import (
    read_instant,
    read_quantity,
    write_instant,
    write_moment,
    write_quantity,
)
from services.quality.domain.result import Result


def read_results(messages: Iterable[_pb.Result], *, by: str, at: datetime) -> list[Result]:
    """Raises InvalidError naming `results[i]` and the field."""
    results = []
    for position, one in enumerate(messages):
        with located(f"results[{position}]"):
            result = Result(
                one.characteristic,
                one.sample,
                one.version or 1,
                read_quantity(one.value, field="value"),
                one.passed,
                read_instant(one.measured_at, field="measured_at"),
                one.instrument,
                one.reason,
                by,
                at,
            )
        results.append(result)
    return results


def write_result(result: Result) -> _pb.Result:
    """One version of one reading."""
    return _pb.Result(
        characteristic=result.characteristic,
        sample=result.sample,
        version=result.version,
        value=write_quantity(result.value),
        passed=result.passed,
        measured_at=write_instant(result.measured_at),
        instrument=result.instrument,
        reason=result.reason,
        recorded_by=result.by,
        recorded_at=write_moment(result.at),
    )
