"""How Plantmesh stands in a namespace: objects and metrics, asked all at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from services.kit.errors import UnavailableError
from tools.plantctl.cluster.metrics import Flow, Page, merge, read_page
from tools.plantctl.cluster.namespace import Namespace
from tools.plantctl.cluster.workloads import (
    Task,
    Term,
    Workload,
    read_task,
    read_term,
    read_workload,
)

_KINDS = ("deployments", "statefulsets", "pods", "jobs", "leases")


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; `silent` are the pods that did not tell of their flows, with the reason.

    `unwell` are pods of which a part is not doing its work.
    """

    namespace: str
    workloads: tuple[Workload, ...]
    tasks: tuple[Task, ...]
    terms: tuple[Term, ...]
    flows: tuple[Flow, ...]
    silent: tuple[Page, ...]
    unwell: tuple[Page, ...] = ()

    @property
    def plain(self) -> dict[str, object]:
        """For scripts."""
        return {
            "namespace": self.namespace,
            "workloads": [asdict(one) for one in self.workloads],
            "jobs": [{"kind": one.kind, **asdict(one)} for one in self.tasks],
            "leases": [asdict(one) for one in self.terms],
            "flows": [asdict(one) for one in self.flows],
            "unwell": [
                {"pod": one.pod, "component": one.component, "part": part, "state": state}
                for one in self.unwell
                for part, state in one.unwell
            ],
            "silent": [
                {"pod": one.pod, "component": one.component, "reason": str(one.error)}
                for one in self.silent
            ],
        }


async def read_report(namespace: Namespace) -> Report:
    """Raises what the cluster refuses; a pod that is silent is part of the report."""
    listings = await asyncio.gather(*map(namespace.find, _KINDS))
    deployments, sets, pods, jobs, leases = (listing.items for listing in listings)
    running = [pod for pod in pods if pod.get("status", {}).get("phase") == "Running"]
    pages = await asyncio.gather(*(read_page(namespace, pod) for pod in running))
    told = [page for page in pages if page]
    now = datetime.now(UTC)
    workloads = [
        *(read_workload("deployment", item, pods) for item in deployments),
        *(read_workload("statefulset", item, pods) for item in sets),
    ]
    terms = [read_term(item, now) for item in leases]
    return Report(
        namespace.name,
        tuple(sorted(workloads, key=lambda one: one.component)),
        tuple(sorted((read_task(item, now) for item in jobs), key=lambda one: one.seconds)),
        (*terms, *_told_terms(told, {term.name for term in terms})),
        tuple(merge(told)),
        tuple(page for page in told if page.error),
        tuple(page for page in told if page.unwell),
    )


def away(report: Report) -> UnavailableError | None:
    """Why the report is not whole."""
    if not report.silent:
        return None
    names = ", ".join(page.pod for page in report.silent)
    return UnavailableError(f"not every pod could be asked: {names}", code="silent_pods")


def _told_terms(pages: Sequence[Page], known: set[str]) -> list[Term]:
    """Those that are decided in a database: the pod that leads says so."""
    return sorted(
        (
            Term(f"{page.component}/{lease}", "held", page.pod, epoch)
            for page in pages
            for lease, epoch in page.leads
            if lease not in known
        ),
        key=lambda term: term.name,
    )
