"""What an outside system may answer, and the port that adapters implement.

Adapters return outcomes and decide nothing; only the lane decides. An adapter answers
Unavailable only where the request was surely not carried out; in doubt it is Unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.kit.lanes.entry import Entry


@dataclass(frozen=True, slots=True)
class Posted:
    """The system holds the posting under this document number."""

    document: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The system will answer later; ask with `token`."""

    token: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A business refusal; repeating it unchanged cannot help. `field` is a path in the payload."""

    reason: str
    field: str = ""
    code: str = "rejected"


@dataclass(frozen=True, slots=True)
class NeedsConfirmation:
    """Nothing was posted; the system wants the warning `code` confirmed first."""

    warning: str
    code: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """The version read by find is stale; nothing was posted."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Surely not carried out: it was never sent, or refused as a whole (503, 429).

    `retry_after` is what the system asked for, in seconds; `throttled` = we were too fast.
    """

    reason: str
    retry_after: float = 0.0
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer; the posting may exist, or come into existence a little later."""

    reason: str


Outcome = Posted | Accepted | Rejected | NeedsConfirmation | Conflict | Unavailable | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """What the system holds under our reference: documents, or a token of a request under way.

    `version` is what a later create is conditional on, where the system has versions.
    """

    documents: tuple[str, ...] = ()
    token: str = ""
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a system can do, and how long it may take (seconds).

    `longest_request_seconds` = how long after it was sent a request may still take effect;
    `request_timeout` = how long we wait for an answer; `parallel` = requests at a time;
    `requests_per_post` = what a create takes of the budget (2 where it reads the document back).
    """

    request_timeout: float
    longest_request_seconds: float
    versioned: bool = False
    unique_key: bool = False
    asynchronous: bool = False
    batch: bool = False
    parallel: int = 1
    requests_per_post: int = 1

    @property
    def duplicates(self) -> str:
        """What happens to a second posting under one reference, in words for the operator."""
        return "prevented" if self.versioned or self.unique_key else "found and shown"


class Outside(Protocol):
    """One outside system, as a lane sees it."""

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def find(self, entries: Sequence[Entry]) -> Mapping[str, Found] | Unavailable:
        """By reference what it holds; a reference left out was not answered (it may exist)."""
        ...

    async def create(self, entry: Entry, version: str | None) -> Outcome:
        """Post if `version` (of find) is the newest; `entry.confirmed` warnings are accepted."""
        ...

    async def result_of(self, token: str) -> Outcome:
        """What became of an accepted request; Accepted again while it is under way."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
