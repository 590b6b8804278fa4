"""The axes of an ERP's order, each a machine of its own: an ERP is on all of them at once.

The ERP owns its orders: it says where they stand, here nobody commands them. What it skips between
two reports it skipped; the tables say what its words mean and what others call them.
"""

from collections.abc import Mapping
from enum import StrEnum

from services.erp.domain.order import Confirmed, Extent, Lifecycle
from services.kit.machine import Machine


class LifecycleCommand(StrEnum):
    """What an ERP does with its order."""

    RELEASE = "release"
    UNRELEASE = "unrelease"
    CLOSE = "close"
    CANCEL = "cancel"


class ProgressCommand(StrEnum):
    """What the floor's reports, and their reversals, do to it."""

    REPORT = "report"
    FINISH = "finish"
    TAKE_BACK_ALL = "take_back_all"
    REOPEN = "reopen"


AnyExtent = Machine[Extent, ProgressCommand]
_SOURCE = "domain-model 3.2; states of Tryton 8.2's production"

LIFECYCLE = Machine(
    name="erp.order_lifecycle",
    noun="order",
    start=Lifecycle.PLANNED,
    next={
        Lifecycle.PLANNED: {
            LifecycleCommand.RELEASE: Lifecycle.RELEASED,
            LifecycleCommand.CANCEL: Lifecycle.CANCELLED,
        },
        Lifecycle.RELEASED: {
            LifecycleCommand.UNRELEASE: Lifecycle.PLANNED,
            LifecycleCommand.CLOSE: Lifecycle.CLOSED,
            LifecycleCommand.CANCEL: Lifecycle.CANCELLED,
        },
        Lifecycle.CANCELLED: {LifecycleCommand.CLOSE: Lifecycle.CLOSED},
        Lifecycle.CLOSED: {},
    },
    final=frozenset({Lifecycle.CLOSED}),
    columns=("B2MML RequestState", "SAP", "Tryton", "frePPLe"),
    called={
        Lifecycle.PLANNED: ("Forecast", "CRTD", "request, draft", "proposed/approved"),
        Lifecycle.RELEASED: ("Released", "REL", "waiting, assigned, running", "confirmed"),
        Lifecycle.CLOSED: ("Closed", "CLSD", "done", "closed"),
        Lifecycle.CANCELLED: ("Cancelled", "DLFL", "cancelled", ""),
    },
    proto="plantmesh.erp.v1.OrderLifecycle",
    graph="ErpLifecycle",
    source=_SOURCE,
)

CONFIRMATION = Machine(
    name="erp.order_confirmation",
    noun="order",
    start=Confirmed.NONE,
    next={
        Confirmed.NONE: {
            ProgressCommand.REPORT: Confirmed.PARTIAL,
            ProgressCommand.FINISH: Confirmed.FINAL,
        },
        Confirmed.PARTIAL: {
            ProgressCommand.REPORT: Confirmed.PARTIAL,
            ProgressCommand.FINISH: Confirmed.FINAL,
            ProgressCommand.TAKE_BACK_ALL: Confirmed.NONE,
        },
        Confirmed.FINAL: {
            ProgressCommand.REOPEN: Confirmed.PARTIAL,
            ProgressCommand.TAKE_BACK_ALL: Confirmed.NONE,
        },
    },
    columns=("SAP",),
    called={Confirmed.NONE: ("",), Confirmed.PARTIAL: ("PCNF",), Confirmed.FINAL: ("CNF",)},
    proto="plantmesh.erp.v1.OrderConfirmation",
    graph="ErpConfirmation",
    source=_SOURCE,
)


def extent_axis(name: str, noun: str, source: str, **words: Mapping[Extent, str]) -> AnyExtent:
    """A machine of how much of an order something was done to; `words` are others' for it."""
    return Machine(
        name=name,
        noun=noun,
        start=Extent.NONE,
        next={
            Extent.NONE: {
                ProgressCommand.REPORT: Extent.PARTIAL,
                ProgressCommand.FINISH: Extent.FULL,
            },
            Extent.PARTIAL: {
                ProgressCommand.REPORT: Extent.PARTIAL,
                ProgressCommand.FINISH: Extent.FULL,
                ProgressCommand.TAKE_BACK_ALL: Extent.NONE,
            },
            Extent.FULL: {
                ProgressCommand.REOPEN: Extent.PARTIAL,
                ProgressCommand.TAKE_BACK_ALL: Extent.NONE,
            },
        },
        columns=tuple(words),
        called={one: tuple(word.get(one, "") for word in words.values()) for one in Extent}
        if words
        else {},
        proto="plantmesh.erp.v1.Extent",
        graph="ErpExtent",
        source=source,
    )


DELIVERY = extent_axis(
    "erp.order_delivery",
    "order",
    _SOURCE,
    SAP={Extent.PARTIAL: "PDLV", Extent.FULL: "DLV"},
)

FLAGS = {
    "technically_complete": "TECO",
    "material_shortage": "MSPT",
    "quality_hold": "",
}
"""What may hold beside all of them, and what SAP calls it."""
