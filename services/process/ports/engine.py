"""The workflow engine, and what it is asked to do."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from services.process.domain.facts import Saga

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wake:
    """An activation to start: `id` names its workflow, the same id starts it once."""

    saga: Saga
    flow: str
    id: str


@dataclass(frozen=True, slots=True)
class Engine:
    """Which engine this process is: `executor` is never used twice, `version` is pinned.

    `parallel` flows at once, looked for every `poll_seconds`; `drain` seconds to end. A look
    into its tables may take `patience_seconds`.
    """

    url: str
    executor: str
    version: str
    parallel: int = 16
    poll_seconds: float = 0.1
    drain: int = 5
    patience_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow as the engine knows it."""

    id: str
    flow: str
    saga: str
    status: str
    executor: str
    version: str


class Steps(Protocol):
    """Within a workflow: the calls that leave this service, each a step of it."""

    async def __call__(self, name: str, act: Callable[[], Awaitable[T]]) -> T:
        """Do it at least once; refusals of the family come back as they are."""
        ...


class ProcessRuntime(Protocol):
    """The workflow engine. Losing all it knows costs time, never a fact."""

    async def start(self, wakes: Sequence[Wake]) -> None:
        """Begin activations; of one flow one runs at a time, an id begins once."""
        ...

    async def query(self, id: str) -> Run | None:
        """How a workflow stands."""
        ...

    async def cancel(self, ids: Sequence[str]) -> None:
        """End them at their next step and free their flows."""
        ...

    async def fork(self, id: str) -> str:
        """Run it again from the start, under a new id."""
        ...

    async def unfinished(self, limit: int) -> Sequence[Run]:
        """Those that run (or ran when their executor died), and those of other versions."""
        ...

    async def busy(self, flows: Collection[str]) -> set[str]:
        """Those with an activation that runs, or waits for its turn."""
        ...

    async def prune(self, before: datetime) -> int:
        """Forget what ended before; how many."""
        ...
