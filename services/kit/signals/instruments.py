"""Metrics by their registered name; a name or kind that is not in the registry is refused."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Counter, Histogram, Observation, UpDownCounter
from opentelemetry.metrics import _Gauge as Gauge

from services.kit.signals.registry import Kind, Metric, registry

Reading = tuple[float, Mapping[str, str]]

_meter = metrics.get_meter("plantmesh")


def counter(name: str) -> Counter:
    """What only grows."""
    metric = _registered(name, "counter")
    return _meter.create_counter(name, metric.unit, metric.description)


def up_down_counter(name: str) -> UpDownCounter:
    """What grows and shrinks, counted by its changes."""
    metric = _registered(name, "up_down_counter")
    return _meter.create_up_down_counter(name, metric.unit, metric.description)


def gauge(name: str) -> Gauge:
    """What is set to its newest value."""
    metric = _registered(name, "gauge")
    return _meter.create_gauge(name, metric.unit, metric.description)


def histogram(name: str) -> Histogram:
    """How values spread, in the registered buckets."""
    metric = _registered(name, "histogram")
    return _meter.create_histogram(
        name, metric.unit, metric.description, explicit_bucket_boundaries_advisory=metric.buckets
    )


def observe(name: str, read: Callable[[], Iterable[Reading]]) -> None:
    """Ask `read` for (value, attributes) whenever the metric or business measure is collected."""

    def collect(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value, dict(attributes)) for value, attributes in read()]

    entry = registry().measures.get(name) or _registered(name, "observed")
    _meter.create_observable_gauge(name, [collect], entry.unit, entry.description)


@cache
def _registered(name: str, kind: Kind) -> Metric:
    metric = registry().metrics.get(name)
    if metric is None:
        raise LookupError(
            f"{name} is not a registered metric; add it to services/kit/signals/*.yaml"
        )
    if metric.kind != kind:
        raise LookupError(f"{name} is registered as {metric.kind}, not as {kind}")
    return metric
