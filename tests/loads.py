"""Files that take a plant over, as tests send them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from plantmesh.common.v1 import load_pb2 as pb

from services.kit import checkpoint

STORE, DRY_RUN = pb.LOAD_MODE_STORE, pb.LOAD_MODE_DRY_RUN
RECOUNT = pb.LOAD_MODE_RECOUNT


class Death(BaseException):
    """Of the process: nothing catches it, nothing is cleaned up but what the system would."""


@contextmanager
def death_at(name: str, *, visit: int) -> Iterator[None]:
    """Die when a checkpoint is reached for so many-th time."""
    visits = 0

    def strike(reached: str) -> None:
        nonlocal visits
        visits += reached == name
        if visits == visit and reached == name:
            raise Death(name)

    checkpoint.observe(strike)
    try:
        yield
    finally:
        checkpoint.observe(lambda _: None)


async def send(call: Any, message: type[Any], content: str, /, **first: Any) -> pb.LoadReport:
    """Upload a file in pieces, which end anywhere."""

    async def pieces() -> AsyncIterator[Any]:
        file = content.encode()
        yield message(**first, content=file[:7])
        for start in range(7, len(file), 4096):
            yield message(content=file[start : start + 4096])

    answer = await call(pieces(), timeout=60)
    report: pb.LoadReport = answer.report
    return report


def outcomes(report: pb.LoadReport) -> list[str]:
    """Of each row, in their order."""
    return [pb.RowOutcome.Name(one).removeprefix("ROW_OUTCOME_").lower() for one in report.outcomes]
