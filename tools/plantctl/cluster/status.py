"""`plantctl status --namespace ...`: a cluster's Plantmesh in one table."""

from collections.abc import Iterator
from typing import Annotated

import typer

from tools.plantctl.cluster.metrics import Flow
from tools.plantctl.cluster.place import Place
from tools.plantctl.cluster.report import Report, away, read_report
from tools.plantctl.cluster.workloads import Task, Term, Workload, short_image
from tools.plantctl.printing import age, console, print_error, print_json, print_table
from tools.plantctl.session import SaidError
from tools.plantctl.ways import ways_out

_PLENTY = ("outbox", "subscriber", "consumer", "lane")
"""Kinds that are shown with a state though nothing waits."""
_HEADS = ("component", "what", "name", "state", "waiting", "oldest", "detail")

Everything = Annotated[bool, typer.Option("--all", help="Also what is well and empty.")]


def show(place: Place, *, component: str | None, everything: bool, as_json: bool) -> None:
    """Print it; raises SaidError when a pod did not tell of its flows."""
    report = place.run(read_report)
    if as_json:
        print_json(report.plain)
    else:
        rows = [row for row in _rows(report, everything=everything) if component in (None, row[0])]
        print_table(_HEADS, rows, empty=f"no Plantmesh in the namespace {report.namespace}")
        for way in ways_out((row[1], row[3]) for row in rows if row[1] not in _PLENTY or row[4]):
            console.print(way, highlight=False, markup=False)
    if error := away(report):
        print_error(error)
        raise SaidError(error)


def _rows(report: Report, *, everything: bool) -> Iterator[tuple[str, ...]]:
    yield from map(_workload, report.workloads)
    newest: set[str] = set()
    for task in report.tasks:
        # Jobs of earlier releases stay beside the newest one.
        if everything or task.component not in newest:
            newest.add(task.component)
            yield _task(task)
    for term in report.terms:
        # Those in the services' databases are many, and well as long as no alert says otherwise.
        if everything or "/" not in term.name:
            yield _term(term)
    for flow in report.flows:
        if everything or flow.depth or flow.state:
            yield _flow(flow)
    yield from _pods(report)


def _pods(report: Report) -> Iterator[tuple[str, ...]]:
    for page in report.unwell:
        for part, state in page.unwell:
            yield page.component, "part", part, state, "", "", f"why: kubectl logs {page.pod}"
    for page in report.silent:
        yield page.component, "metrics", page.pod, "silent", "", "", str(page.error)


def _workload(one: Workload) -> tuple[str, ...]:
    state = f"{one.ready}/{one.wanted} {one.state}"
    detail = "; ".join((*map(short_image, one.images), *one.troubles))
    return one.component, one.kind, one.name, state, "", "", detail


def _task(one: Task) -> tuple[str, ...]:
    return one.component, one.kind, one.name, one.state, "", age(one.seconds), one.detail


def _term(one: Term) -> tuple[str, ...]:
    epoch = f"epoch {one.epoch}" if one.epoch is not None else ""
    renewed = age(one.renewed_seconds) if one.renewed_seconds is not None else ""
    detail = ", ".join(filter(None, (one.holder, epoch, renewed and f"renewed {renewed} ago")))
    return "", "lease", one.name, one.state, "", "", detail


def _flow(one: Flow) -> tuple[str, ...]:
    depth = str(one.depth) if one.depth else ""
    return one.component, one.kind, one.name, one.state, depth, age(one.oldest), ""
