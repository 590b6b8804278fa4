"""What the platform measures and traces; every name is in the registry, *.yaml beside this."""

from services.kit.signals.instruments import (
    Reading,
    counter,
    gauge,
    histogram,
    observe,
    up_down_counter,
)
from services.kit.signals.tracing import carrier, follow, link_from, span

__all__ = [
    "Reading",
    "carrier",
    "counter",
    "follow",
    "gauge",
    "histogram",
    "link_from",
    "observe",
    "span",
    "up_down_counter",
]
