"""Two axes of a lot that never mix: what quality thinks of it, and what may be done with it."""

from enum import StrEnum

from services.kit.machine import Machine


class LotQuality(StrEnum):
    """Quality's opinion."""

    CREATED = "created"
    IN_INSPECTION = "in_inspection"
    RELEASED = "released"
    BLOCKED = "blocked"
    CONDITIONAL = "conditional"
    """Usable for what its conditions say."""
    SCRAPPED = "scrapped"
    RETURNED = "returned"
    EXPIRED = "expired"
    CONSUMED = "consumed"
    """Nothing is left; shown, not kept: what comes back is what it was."""


class QualityCommand(StrEnum):
    """What quality, time and use do to a lot; what quality does, mes only follows."""

    INSPECT = "inspect"
    RELEASE = "release"
    RELEASE_CONDITIONALLY = "release_conditionally"
    BLOCK = "block"
    SCRAP = "scrap"
    RETURN = "return"
    EXPIRE = "expire"
    CONSUME = "consume"


class LotDisposition(StrEnum):
    """What may be done with it."""

    PLANNED = "planned"
    IN_PROCESS = "in_process"
    RESTRICTED = "restricted"
    UNRESTRICTED = "unrestricted"
    CLOSED = "closed"


class DispositionCommand(StrEnum):
    """Who plans and keeps the material."""

    START = "start"
    RESTRICT = "restrict"
    UNRESTRICT = "unrestrict"
    CLOSE = "close"


_PASSING = {
    QualityCommand.EXPIRE: LotQuality.EXPIRED,
    QualityCommand.CONSUME: LotQuality.CONSUMED,
}
_GONE = {QualityCommand.SCRAP: LotQuality.SCRAPPED, QualityCommand.RETURN: LotQuality.RETURNED}
_INSPECT = {QualityCommand.INSPECT: LotQuality.IN_INSPECTION}
_BLOCK = {QualityCommand.BLOCK: LotQuality.BLOCKED}

LOT_QUALITY = Machine(
    name="mes.lot_quality",
    noun="lot",
    start=LotQuality.CREATED,
    next={
        LotQuality.CREATED: {**_INSPECT, **_PASSING},
        LotQuality.IN_INSPECTION: {
            QualityCommand.RELEASE: LotQuality.RELEASED,
            QualityCommand.RELEASE_CONDITIONALLY: LotQuality.CONDITIONAL,
            **_BLOCK,
            **_PASSING,
        },
        LotQuality.RELEASED: {**_BLOCK, **_PASSING},
        # By two people, in quality.
        LotQuality.BLOCKED: {QualityCommand.RELEASE: LotQuality.RELEASED, **_GONE, **_PASSING},
        LotQuality.CONDITIONAL: {**_INSPECT, **_BLOCK, **_PASSING},
        LotQuality.EXPIRED: {**_GONE, QualityCommand.CONSUME: LotQuality.CONSUMED},
        LotQuality.SCRAPPED: {},
        LotQuality.RETURNED: {},
        LotQuality.CONSUMED: {},
    },
    final=frozenset({LotQuality.SCRAPPED, LotQuality.RETURNED, LotQuality.CONSUMED}),
    proto="plantmesh.mes.v1.LotQuality",
    graph="LotQualityStatus",
    source="domain-model 3.3",
)

_OPEN = {
    DispositionCommand.RESTRICT: LotDisposition.RESTRICTED,
    DispositionCommand.UNRESTRICT: LotDisposition.UNRESTRICTED,
    DispositionCommand.CLOSE: LotDisposition.CLOSED,
}

LOT_DISPOSITION = Machine(
    name="mes.lot_disposition",
    noun="lot",
    start=LotDisposition.PLANNED,
    next={
        LotDisposition.PLANNED: {DispositionCommand.START: LotDisposition.IN_PROCESS, **_OPEN},
        LotDisposition.IN_PROCESS: _OPEN,
        LotDisposition.RESTRICTED: _OPEN,
        LotDisposition.UNRESTRICTED: _OPEN,
        LotDisposition.CLOSED: {},
    },
    final=frozenset({LotDisposition.CLOSED}),
    columns=("B2MML MaterialLot Disposition",),
    called={
        LotDisposition.PLANNED: ("Planned",),
        LotDisposition.IN_PROCESS: ("In-Process",),
        LotDisposition.RESTRICTED: ("Restricted",),
        LotDisposition.UNRESTRICTED: ("UnRestricted",),
        LotDisposition.CLOSED: ("Closed",),
    },
    proto="plantmesh.mes.v1.LotDisposition",
    graph="LotDisposition",
    source="domain-model 3.3, B2MML v7",
)

USABLE = frozenset(
    {LotQuality.CREATED, LotQuality.IN_INSPECTION, LotQuality.RELEASED, LotQuality.CONDITIONAL}
)
"""Unless time runs out; EXPIRED is judged by when the lot was used."""
GONE = frozenset({LotQuality.SCRAPPED, LotQuality.RETURNED})
CAN_EXPIRE = tuple(state for state, row in LOT_QUALITY.next.items() if QualityCommand.EXPIRE in row)
CAN_BE_USED_UP = tuple(
    state for state, row in LOT_QUALITY.next.items() if QualityCommand.CONSUME in row
)
