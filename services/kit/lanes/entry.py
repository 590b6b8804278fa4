"""One posting on its way to an outside system, and the states it goes through.

    ready -> sending -> posted               the system has it, under `document`
                     -> awaiting -> posted   it took the request and answers later, by `token`
                     -> refused              a person must mend or skip it; blocks its key alone
                     -> needs_confirmation   a warning that a person must confirm; blocks its key
                     -> ready                claimed and not sent: given back
    refused | needs_confirmation -> ready (replay) | skipped

An entry whose answer was lost stays `sending`. Only posted and skipped let the next one pass, and
a ready one that is set aside (`aside` says why): it takes a new place when it is let go.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

import msgspec

from services.kit.store import Row


class State(StrEnum):
    """Where an entry stands."""

    READY = "ready"
    SENDING = "sending"
    AWAITING = "awaiting"
    POSTED = "posted"
    REFUSED = "refused"
    NEEDS_CONFIRMATION = "needs_confirmation"
    SKIPPED = "skipped"


PARKED = (State.REFUSED, State.NEEDS_CONFIRMATION)
"""What waits for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A posting. `position` is gap-free per (system, key), `attempt` counts claims and fences.

    `reference` is our unique key of the posting, and what the outside system is asked for; `lost`
    counts answers that never came; `confirmed` are the warnings a person or the policy accepted.
    """

    id: int
    system: str
    key: str
    position: int
    reference: str
    kind: str
    payload: bytes
    state: State = State.READY
    attempt: int = 0
    lost: int = 0
    document: str = ""
    token: str = ""
    reason: str = ""
    code: str = ""
    field: str = ""
    confirmed: tuple[str, ...] = ()
    traceparent: str = ""
    aside: str = ""


COLUMNS = (
    "e.id, e.system, e.key, e.position, e.reference, e.kind, e.payload, e.state, e.attempt, e.lost,"
    " e.document, e.token, e.reason, e.code, e.field, e.confirmed, e.traceparent,"
    " e.aside"
)
"""Of the table lane_entry under the alias e, in the order of Entry's fields."""


_NAMES = tuple(one.name for one in fields(Entry))


def read_entry(row: Row) -> Entry:
    """An entry from a row of COLUMNS."""
    return msgspec.convert(dict(zip(_NAMES, row, strict=True)), Entry)
