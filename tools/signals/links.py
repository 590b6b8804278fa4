"""What dashboards, rules and runbooks name, compared with what there is: both ways, as findings."""

import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import typer.main
from promql_parser import AggregateExpr, Expr, VectorSelector, parse, walk

Commands = Mapping[tuple[str, ...], Any]
"""The commands of plantctl, by the words that name each."""

SECTIONS = ("What it means", "See", "Mend", "Over when")
FOREIGN = {
    "up": "Prometheus",
    "ALERTS": "Prometheus",
    "process_resident_memory_bytes": "prometheus_client and prom-client",
    "process_cpu_seconds_total": "prometheus_client and prom-client",
    "nodejs_eventloop_lag_p99_seconds": "prom-client",
}
"""Samples that are not ours, by who exports them."""
_OF_A_TARGET = {"namespace", "job", "instance", "le", "alertname", "alertstate", "severity"}
_GRAFANA = re.compile(r"\$__rate_interval")
_METRIC = re.compile(r"\bplantmesh(?:[:_][a-z0-9]+)+\b")
_SIGNAL = re.compile(r"\bplantmesh(?:\.[a-z_]+){2,}\b")
_COMMAND = re.compile(r"`(plantctl\s[^`]*)`|^(plantctl\s.*?)(?:\s+#.*)?$", re.M)
# What a command line that cannot be read raises; typer does not export it.
_MISSPELT: type[Exception] = typer.BadParameter.__mro__[1]
_LINK = re.compile(r"\]\(([\w-]+\.md)\)")


@dataclass(frozen=True)
class Known:
    """Labels by the sample's name, names that rules record, and names of metrics and spans."""

    samples: Mapping[str, Collection[str]]
    recorded: Collection[str]
    signals: Collection[str]

    def has(self, name: str) -> bool:
        """Whether a query may name it."""
        return name in self.samples or name in self.recorded or name in FOREIGN


def expression(text: str, known: Known) -> Iterator[str]:
    """What is wrong with a PromQL expression; Grafana's interval may stand in it."""
    try:
        whole = parse(_GRAFANA.sub("5m", text))
    except ValueError as error:
        yield f"is no PromQL: {error}"
        return
    asked = list(_selectors(whole))
    labels = set(_OF_A_TARGET)
    for one in asked:
        name = one.name or ""
        if not known.has(name):
            yield f"nothing exports {name or 'a sample without a name'}"
        labels |= set(known.samples.get(name, ()))
        for matcher in one.matchers.matchers:
            own = {*_OF_A_TARGET, *known.samples.get(name, ())}
            if name in known.samples and matcher.name not in own:
                yield f"{name} has no label {matcher.name}"
    if all(one.name in known.samples for one in asked):
        yield from (f"no sample has the label {one}" for one in sorted(_grouped(whole) - labels))


def runbook(text: str, known: Known, files: Collection[str], commands: Commands) -> Iterator[str]:
    """What is wrong with a runbook: its sections, links, metrics and plantctl commands."""
    headings = tuple(re.findall(r"^## (.+)$", text, re.M))
    if headings != SECTIONS:
        yield f"has the sections {headings}, not {SECTIONS}"
    yield from (f"links {name}, no file" for name in _LINK.findall(text) if name not in files)
    yield from (
        f"nothing exports {n}" for n in set(_METRIC.findall(text)) if not _exported(n, known)
    )
    for name in set(_SIGNAL.findall(text)) - set(known.signals):
        yield f"{name} is not in the registry"
    for quoted, line in _COMMAND.findall(text):
        yield from command(quoted or line, commands)


def command(line: str, commands: Commands) -> Iterator[str]:
    """What plantctl would not understand; words in capitals stand for names."""
    words = shlex.split(line)[1:]
    spelt = next((path for path in commands if tuple(words[: len(path)]) == path), None)
    if spelt is None:
        yield f"there is no command `{line}`"
        return
    try:
        commands[spelt].make_context(spelt[-1], words[len(spelt) :])
    except _MISSPELT as error:
        yield f"`{line}`: {error}"


def commands_of(app: typer.Typer) -> Commands:
    """Every command that can be run."""
    return dict(_commands((), typer.main.get_command(app)))


def pairs(wanted: Collection[str], there: Collection[str], named: Iterable[str]) -> Iterator[str]:
    """Runbooks that alerts link and nobody wrote; those that neither alert nor command names."""
    yield from (
        f"{name} is linked by an alert and not there" for name in sorted({*wanted} - {*there})
    )
    left_over = {*there} - {*wanted} - {*named}
    yield from (f"{name} is named by no alert and no command" for name in sorted(left_over))


def panels(board: Any) -> Iterator[str]:
    """The expressions of a dashboard."""
    for panel in board["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def _exported(name: str, known: Known) -> bool:
    """A family of histograms may be named without saying which of its samples."""
    return known.has(name) or f"{name}_bucket" in known.samples


def _commands(path: tuple[str, ...], one: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    below = getattr(one, "commands", None)
    if below is None:
        yield path, one
    for name, command in (below or {}).items():
        yield from _commands((*path, name), command)


def _selectors(whole: Expr) -> Iterator[VectorSelector]:
    found: list[VectorSelector] = []

    def visit(one: Expr) -> None:
        if isinstance(one, VectorSelector):
            found.append(one)

    walk(whole, visit)
    yield from found


def _grouped(whole: Expr) -> set[str]:
    labels: set[str] = set()

    def visit(one: Expr) -> None:
        if isinstance(one, AggregateExpr) and one.modifier:
            labels.update(one.modifier.labels)

    walk(whole, visit)
    return labels
