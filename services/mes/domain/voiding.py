"""What was reported and did not occur so: declared void, never deleted.

Source: EPCIS 2.0, errorDeclaration (reason and corrective event ids).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.mes.domain.keys import ReportKey


class VoidReason(StrEnum):
    """Why an event does not count."""

    DID_NOT_OCCUR = "did_not_occur"
    INCORRECT_DATA = "incorrect_data"


@dataclass(frozen=True, slots=True)
class Void:
    """The declaration that an event is in error; `corrective` are the events that say it right.

    `event` is a confirmation or an operation on lots, by its id within the plant.
    """

    event: ReportKey
    reason: VoidReason
    by: str
    at: datetime
    corrective: tuple[str, ...] = ()
