"""Quality's word on a lot: what others follow. Holds are told apart, they are another axis.

Inspections move it as they come to be decided; people block, and together with a second person
release again.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kit.errors import ConflictError
from services.kit.machine import Machine
from services.quality.domain.keys import LotKey
from services.quality.domain.status import LotStatus


class Finding(StrEnum):
    """What follows for a whole lot from its inspections."""

    INSPECT = "inspect"
    """Something of it waits for a disposition."""
    ACCEPT = "accept"
    ACCEPT_IN_PART = "accept_in_part"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    """Nothing is to be inspected after all."""


class Command(StrEnum):
    """What people do to a whole lot, whatever was inspected of it."""

    BLOCK = "block"
    RELEASE = "release"
    """By two people, each for themselves."""
    SCRAP = "scrap"
    RETURN = "return"


_FOUND = {
    Finding.INSPECT: LotStatus.IN_INSPECTION,
    Finding.ACCEPT: LotStatus.RELEASED,
    Finding.ACCEPT_IN_PART: LotStatus.CONDITIONAL,
    Finding.REJECT: LotStatus.BLOCKED,
    Finding.WITHDRAW: LotStatus.CREATED,
}
_BLOCK = {Command.BLOCK: LotStatus.BLOCKED}

LOT = Machine(
    name="quality.lot",
    noun="lot",
    start=LotStatus.CREATED,
    next={
        LotStatus.CREATED: {**_FOUND, **_BLOCK},
        LotStatus.IN_INSPECTION: {**_FOUND, **_BLOCK},
        LotStatus.RELEASED: {**_FOUND, **_BLOCK},
        LotStatus.CONDITIONAL: {**_FOUND, **_BLOCK},
        # By findings only where they blocked it, by people only in pairs.
        LotStatus.BLOCKED: {
            **_FOUND,
            Command.RELEASE: LotStatus.RELEASED,
            Command.SCRAP: LotStatus.SCRAPPED,
            Command.RETURN: LotStatus.RETURNED,
        },
        LotStatus.SCRAPPED: {},
        LotStatus.RETURNED: {},
    },
    final=frozenset({LotStatus.SCRAPPED, LotStatus.RETURNED}),
    proto="plantmesh.quality.v1.LotQualityStatus",
    graph="LotQualityStatus",
    source="domain-model 3.3, 3.6",
)


@dataclass
class Lot:
    """`status` is what was told last, `version` of how many times; `verdict` is people's own.

    `signed_by` has signed for its release and waits for a second person; `signatures` are those
    behind the verdict.
    """

    key: LotKey
    as_of: datetime
    status: LotStatus = LotStatus.CREATED
    version: int = 0
    verdict: LotStatus | None = None
    signed_by: str = ""
    signatures: tuple[str, ...] = ()
    reason: str = ""

    def command(self, command: Command, by: str, reason: str) -> None:
        """Raises ConflictError where its status forbids it, or who signed once signs again."""
        after = LOT.follow(self.status, command)
        if command is Command.RELEASE and not self._signed(by):
            return
        self.verdict, self.reason = after, reason
        self.signatures = tuple(filter(None, (self.signed_by, by)))
        self.signed_by = ""

    def reconsider(self) -> None:
        """Something was decided since: it stands for itself, unless people blocked the lot."""
        if self.verdict is LotStatus.RELEASED:
            self.verdict, self.signatures, self.reason = None, (), ""

    def say(self, status: LotStatus, at: datetime) -> bool:
        """Whether that is news; then it is what is told."""
        if status is self.status:
            return False
        self.status, self.as_of = status, at
        self.version += 1
        return True

    def _signed(self, by: str) -> bool:
        if self.signed_by == by:
            raise ConflictError(
                f"{by} has signed for lot {self.key}; a blocked lot is released by two people",
                code="second_signature",
                field="command",
                hint="have somebody else command its release too",
            )
        if not self.signed_by:
            self.signed_by = by
            return False
        return True
