"""The one list of what the platform measures and traces, read from the YAML files beside it."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Literal

import msgspec

Kind = Literal["counter", "up_down_counter", "histogram", "gauge", "observed"]


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


class Registry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every signal by its name, `plantmesh.<part>.<noun>`."""

    metrics: dict[str, Metric] = {}
    spans: dict[str, SpanKind] = {}
    measures: dict[str, Measure] = {}


@cache
def registry() -> Registry:
    """All registered signals; raises ValueError when two files claim a name."""
    return read_registry(files(__package__))


def read_registry(folder: Traversable) -> Registry:
    """What the YAML files of a folder list."""
    whole = Registry(metrics={}, spans={}, measures={})
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            _merge(whole, msgspec.yaml.decode(file.read_bytes(), type=Registry), file.name)
    return whole


def _merge(whole: Registry, part: Registry, origin: str) -> None:
    for section in ("metrics", "spans", "measures"):
        known, new = getattr(whole, section), getattr(part, section)
        if twice := known.keys() & new.keys():
            raise ValueError(f"{origin}: registered twice: {', '.join(sorted(twice))}")
        known.update(new)
