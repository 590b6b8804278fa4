"""The one list of what the platform measures and traces, read from the YAML files beside it."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

Kind = Literal["counter", "up_down_counter", "histogram", "gauge", "observed"]
Severity = Literal["page", "ticket"]
"""Somebody is woken; or somebody looks at it in office hours."""


class Metric(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number over time. `unit` is UCUM ("s", "{event}"); `observed` is read when asked for."""

    kind: Kind
    unit: str
    description: str
    owner: str
    attributes: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


class SpanKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One operation in a trace; `links` names the spans it may be linked to."""

    description: str
    owner: str
    links: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


class Measure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number the business watches; it must equal `recount` (SQL in the owner's database)."""

    unit: str
    description: str
    owner: str
    recount: str
    attributes: tuple[str, ...] = ()


class Alert(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When somebody is told: `expr` (PromQL) has had a result for as long as `lasts` says.

    `summary` may name labels of the result as {{ $labels.x }}. Who is told stands in OWNERS.yaml.
    """

    expr: str
    severity: Severity
    summary: str
    lasts: str = "0m"


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is promised over 30 days, as a share of requests or of minutes; its alert is named so.

    Of requests: `bad` and `total` are counters by name, with what selects the bad ones. Of minutes:
    `late` is an expression that has a result for every series, 1 where a minute is bad.
    `by` are the labels that an alert is about. `share` is of the good, 0.999 say.
    """

    share: float
    summary: str
    name: str
    by: tuple[str, ...]
    total: str = ""
    bad: str = ""
    late: str = ""


class Registry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every signal by its name, `plantmesh.<part>.<noun>`, and every alert by its own."""

    metrics: dict[str, Metric] = {}
    spans: dict[str, SpanKind] = {}
    measures: dict[str, Measure] = {}
    alerts: dict[str, Alert] = {}
    objectives: dict[str, Objective] = {}


@cache
def registry() -> Registry:
    """All registered signals; raises ValueError when two files claim a name."""
    return read_registry(files(__package__))


def read_registry(folder: Traversable) -> Registry:
    """What the YAML files of a folder list."""
    whole = Registry(metrics={}, spans={}, measures={}, alerts={}, objectives={})
    for origin, part in read_parts(folder).items():
        _merge(whole, part, f"{origin}.yaml")
    return whole


def read_parts(folder: Traversable) -> dict[str, Registry]:
    """The same, file by file: by the part of the platform that each is named after."""
    listed = sorted(folder.iterdir(), key=lambda file: file.name)
    return {
        file.name.removesuffix(".yaml"): msgspec.yaml.decode(file.read_bytes(), type=Registry)
        for file in listed
        if file.name.endswith(".yaml")
    }


def _merge(whole: Registry, part: Registry, origin: str) -> None:
    for section in Registry.__struct_fields__:
        known, new = getattr(whole, section), getattr(part, section)
        if twice := known.keys() & new.keys():
            raise ValueError(f"{origin}: registered twice: {', '.join(sorted(twice))}")
        known.update(new)
