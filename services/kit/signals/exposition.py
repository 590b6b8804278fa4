"""Signals as Prometheus reads them: the names of samples that a registered metric is scraped as.

Source: OpenTelemetry, Prometheus and OpenMetrics Compatibility, "Metric Metadata"; a test compares
with what the exporter writes.
"""

from collections.abc import Iterator

from services.kit.signals.registry import Kind, Measure, Metric, Registry

_UNITS = {"s": "seconds", "By": "bytes", "1": ""}


def exposed(name: str, metric: Metric | Measure) -> str:
    """`plantmesh.audit.window` in s is plantmesh_audit_window_seconds; counters end in _total.

    Raises ValueError for a unit that is neither listed here nor a {thing}.
    """
    unit = "" if metric.unit.startswith("{") else _UNITS.get(metric.unit)
    if unit is None:
        raise ValueError(f"{name}: nobody knows how Prometheus spells the unit {metric.unit}")
    words = [name.replace(".", "_")]
    if unit and not words[0].endswith(f"_{unit}"):
        words.append(unit)
    if kind_of(metric) == "counter":
        words.append("total")
    return "_".join(words)


def kind_of(metric: Metric | Measure) -> Kind:
    """A business measure is observed."""
    return "observed" if isinstance(metric, Measure) else metric.kind


def samples(name: str, metric: Metric | Measure) -> Iterator[str]:
    """What a query may name."""
    family = exposed(name, metric)
    if kind_of(metric) == "histogram":
        yield from (f"{family}_{part}" for part in ("bucket", "count", "sum"))
    else:
        yield family


def all_samples(known: Registry) -> dict[str, Metric | Measure]:
    """Every sample of the registry, with what it is of."""
    measured: dict[str, Metric | Measure] = {**known.metrics, **known.measures}
    return {sample: metric for name, metric in measured.items() for sample in samples(name, metric)}
