"""Functions over windows and buckets. Source: Prometheus 2.42, promql/functions.go, quantile.go."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from tests.promql.series import NAME, Labels, Vector

Window = Sequence[tuple[float, float]]


def _increase(window: Window, seconds: float, at: float) -> float | None:
    """Of a counter, extrapolated to the ends of the window, but not below zero."""
    if len(window) < 2:
        return None
    values = [value for _, value in window]
    resets = sum(before for before, now in pairwise(values) if now < before)
    grown = values[-1] - values[0] + resets
    (first, begun), (last, _) = window[0], window[-1]
    sampled = last - first
    apart = sampled / (len(window) - 1)
    to_start, to_end = first - (at - seconds), at - last
    if grown > 0 and begun >= 0:
        to_start = min(to_start, sampled * begun / grown)
    covered = sampled
    for gap in (to_start, to_end):
        covered += gap if gap < apart * 1.1 else apart / 2
    return grown * covered / sampled


def _rate(window: Window, seconds: float, at: float) -> float | None:
    grown = _increase(window, seconds, at)
    return None if grown is None else grown / seconds


def _average(window: Window, _: float, __: float) -> float | None:
    return sum(value for _, value in window) / len(window) if window else None


OVER_TIME: Mapping[str, Callable[[Window, float, float], float | None]] = {
    "increase": _increase,
    "rate": _rate,
    "avg_over_time": _average,
}


def quantiles(quantile: float, buckets: Vector) -> Vector:
    """Of each histogram, by linear interpolation inside a bucket; NaN where nothing was counted."""
    histograms: defaultdict[Labels, list[tuple[float, float]]] = defaultdict(list)
    for labels, count in buckets.items():
        rest = frozenset(one for one in labels if one[0] not in (NAME, "le"))
        histograms[rest].append((float(dict(labels)["le"]), count))
    return {labels: _quantile(quantile, sorted(each)) for labels, each in histograms.items()}


def _quantile(quantile: float, buckets: Sequence[tuple[float, float]]) -> float:
    total = buckets[-1][1]
    if len(buckets) < 2 or not math.isinf(buckets[-1][0]) or not total > 0:
        return math.nan
    rank = quantile * total
    place = next(n for n, (_, count) in enumerate(buckets) if count >= rank)
    if math.isinf(buckets[place][0]):
        return buckets[-2][0]
    below, counted = buckets[place - 1] if place else (0.0, 0.0)
    upper, count = buckets[place]
    return below + (upper - below) * (rank - counted) / (count - counted)
