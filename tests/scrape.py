"""A page that Prometheus scrapes, compared with the registry of signals."""

from collections.abc import Iterator

from prometheus_client.parser import text_string_to_metric_families

from services.kit.signals.exposition import all_samples
from services.kit.signals.registry import registry

_OURS = "plantmesh_"
# What the exporter adds: the instrument's scope, and the limit of a bucket.
_SCOPE, _LIMIT = "otel_scope_", "le"


def strangers(page: str) -> Iterator[str]:
    """Samples of ours whose name or label no query could know of."""
    known = all_samples(registry())
    for name, labels in samples(page):
        if name not in known:
            yield f"{name} is not in the registry"
        elif more := labels - set(known[name].attributes):
            yield f"{name} has labels that are not in the registry: {', '.join(sorted(more))}"


def samples(page: str) -> Iterator[tuple[str, set[str]]]:
    """Name and labels of each of ours."""
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            if sample.name.startswith(_OURS):
                yield sample.name, {one for one in sample.labels if _is_own(one)}


def _is_own(label: str) -> bool:
    return label != _LIMIT and not label.startswith(_SCOPE)
