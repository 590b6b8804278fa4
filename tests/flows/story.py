"""What belongs to one confirmation, step by step, and what each step goes on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.flows.spans import Span, Spans, component, hangs
from tests.shopfloor import PLANT

ORDER = "4711"
_REFERENCE = f"{PLANT}/{ORDER}/1"


@dataclass(frozen=True)
class Step:
    """Spans of a name and service with these attributes, that go on with every step in `after`."""

    name: str
    span: str
    service: str
    after: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    def fits(self, span: Span) -> bool:
        """Whatever it hangs on."""
        return (span.name, span.service) == (
            self.span,
            self.service,
        ) and self.facts.items() <= span.facts.items()


def _call(name: str, method: str, *after: str) -> Step:
    """A call as the called service sees it."""
    return Step(name, f"/plantmesh.{method}", method.split(".")[0], after, {"kind": "SERVER"})


def _heard(name: str, event: str, *after: str) -> Step:
    """An event that process took from a stream."""
    facts = {"type": f"plantmesh.{event}"}
    return Step(name, "plantmesh.backbone.consume", "process", after, facts)


def _post(name: str, what: str, attempt: int, *after: str) -> Step:
    """A posting on its way to the ERP."""
    facts = {"reference": f"{_REFERENCE}/{what}", "attempt": str(attempt)}
    return Step(name, "plantmesh.lane.post", "erp", after, facts)


def _erp(name: str, span: str, *after: str, **facts: str) -> Step:
    return Step(name, f"plantmesh.lane.{span}", "erp", after, facts)


def _saga(name: str, *after: str) -> Step:
    facts = {"saga": "production_confirmation"}
    return Step(name, "plantmesh.process.activate", "process", after, facts)


def _answered(service: str) -> tuple[Step, Step]:
    """The gateway's call to a subgraph, and the subgraph at work on it."""
    asked, facts = f"{service} asked", {"subgraph": service}
    return (
        Step(asked, "plantmesh.gateway.call", "gateway", ("reading",), facts),
        Step(f"{service} answering", "plantmesh.graph.operation", service, (asked,)),
    )


PARTS = ("erp", "mes", "wms", "quality", "process")
"""Services that an order is read from."""
STEPS = (
    _call("confirmation", "mes.v1.WorkOrderService/ConfirmOperations"),
    _heard("stream", "mes.v1.OperationConfirmed", "confirmation"),
    _saga("workflow", "confirmation"),
    _call("inspection", "quality.v1.InspectionService/OpenInspections", "workflow"),
    _call("movement", "wms.v1.StockService/MoveStock", "workflow"),
    _call("acceptance", "erp.v1.PostingService/AcceptPostings", "workflow"),
    _erp("look", "request", "acceptance", request="find", kind="CLIENT"),
    _post("refused posting", "consumption", 1, "acceptance"),
    _erp("refused request", "request", "refused posting", request="create", kind="CLIENT"),
    _erp("parking", "settle", "refused posting"),
    _heard("parked", "erp.v1.PostingRefused", "parking"),
    _erp("fix", "desk", "refused posting", action="fix"),
    _erp("replay", "desk", "fix", action="replay"),
    _post("replayed posting", "consumption", 2, "replay"),
    _erp("replayed request", "request", "replayed posting", request="create", kind="CLIENT"),
    _erp("settling", "settle", "replayed posting"),
    _heard("posted", "erp.v1.PostingDone", "settling"),
    _call("decision", "quality.v1.InspectionService/DecideInspections"),
    _heard("decision heard", "quality.v1.DispositionMade", "decision"),
    _saga("end of wait", "workflow", "decision"),
    _call("release", "wms.v1.StockService/MoveStock", "end of wait"),
    _call("yield accepted", "erp.v1.PostingService/AcceptPostings", "end of wait"),
    _post("yield posting", "yield/IL-1/1", 1, "yield accepted"),
    _erp("yield settling", "settle", "yield posting"),
    _heard("yield posted", "erp.v1.PostingDone", "yield settling"),
    Step("reading", "plantmesh.gateway.operation", "gateway", ("confirmation",)),
    *(step for service in PARTS for step in _answered(service)),
)
RELEASE = (
    Step("reading orders", "plantmesh.erp.poll", "erp"),
    _heard("released", "erp.v1.ProductionOrderReleased", "reading orders"),
    Step(
        "taking over",
        "plantmesh.process.activate",
        "process",
        ("reading orders",),
        {"saga": "order_to_production"},
    ),
    _call("work order", "mes.v1.WorkOrderService/CreateWorkOrders", "taking over"),
)
"""A story of its own, told before the first confirmation."""
COUNT = (
    Step("telling", "plantmesh.telemetry.record", "telemetry"),
    Step(
        "counting",
        "plantmesh.backbone.consume",
        "mes",
        ("telling",),
        {"type": "plantmesh.telemetry.v1.CountersRead"},
    ),
    _heard("count heard", "mes.v1.OperationConfirmed", "counting"),
    _saga("count carried out", "counting"),
    _call("count accepted", "erp.v1.PostingService/AcceptPostings", "count carried out"),
    Step("count posted", "plantmesh.lane.post", "erp", ("count accepted",)),
)
"""What a machine counted, from the look of its collector on; nobody confirms it."""
HOPS = tuple((step.name, before) for step in STEPS for before in step.after)


def tell(spans: Spans, steps: Sequence[Step] = STEPS) -> dict[str, set[str]]:
    """The spans of each step, by its name; none where it does not hang on what it goes on with."""
    told: dict[str, set[str]] = {}
    for step in steps:
        told[step.name] = {
            id
            for id, span in spans.items()
            if step.fits(span) and all(hangs(spans, span, told[one]) for one in step.after)
        }
    return told


def missing(spans: Spans) -> list[str]:
    """Steps that do not hang together with what they follow, or with the confirmation."""
    told = tell(spans)
    lost = [name for name, ids in told.items() if not ids]
    for start in told["confirmation"]:
        whole = component(spans, start)
        lost += [name for name, ids in told.items() if ids and not ids & whole]
    return lost
