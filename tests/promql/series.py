"""Series of samples, as promtool's unit tests write them and as rules record them.

Source: Prometheus, "Unit testing for rules", series notation.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from promql_parser import Matcher, MatchOp, VectorSelector, parse

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
NAME = "__name__"
STALE = None
_LOOK_BACK = 300.0
_RUN = re.compile(r"(?P<first>.+?)(?P<step>[+-][\d.e]+)?x(?P<count>\d+)")


class Sample(NamedTuple):
    """A value at a second of the test; STALE says that the series has ended."""

    at: float
    value: float | None


class Storage:
    """Samples by series, in the order of their times."""

    def __init__(self) -> None:
        self._series: defaultdict[Labels, list[Sample]] = defaultdict(list)
        self._named: defaultdict[str, list[Labels]] = defaultdict(list)

    def add(self, labels: Labels, sample: Sample) -> None:
        """After the ones before."""
        if labels not in self._series:
            self._named[dict(labels)[NAME]].append(labels)
        self._series[labels].append(sample)

    def write(self, name: str, now: Mapping[Labels, float], at: float) -> None:
        """What a rule found now; what it found before and does not any more is stale."""
        for labels in self._named[name]:
            if labels not in now and self._series[labels][-1].value is not STALE:
                self._series[labels].append(Sample(at, STALE))
        for labels, value in now.items():
            self.add(labels, Sample(at, value))

    def instant(self, selector: VectorSelector, at: float) -> Vector:
        """The newest of each series, no older than five minutes."""
        at -= selector.offset.total_seconds() if selector.offset else 0.0
        found: Vector = {}
        for labels in self._matching(selector):
            newest = self._between(labels, at - _LOOK_BACK, at)[-1:]
            if newest and newest[0].value is not None:
                found[labels] = newest[0].value
        return found

    def window(
        self, selector: VectorSelector, seconds: float, at: float
    ) -> Iterator[tuple[Labels, list[tuple[float, float]]]]:
        """Samples of each series, both ends included as in Prometheus 2."""
        at -= selector.offset.total_seconds() if selector.offset else 0.0
        for labels in self._matching(selector):
            found = self._between(labels, at - seconds, at)
            yield labels, [(one.at, one.value) for one in found if one.value is not None]

    def _between(self, labels: Labels, first: float, last: float) -> Sequence[Sample]:
        series = self._series[labels]
        start = bisect_left(series, first, key=lambda one: one.at)
        return series[start : bisect_right(series, last, key=lambda one: one.at)]

    def _matching(self, selector: VectorSelector) -> Iterator[Labels]:
        wanted = selector.matchers.matchers
        for labels in self._named.get(selector.name or "", ()):
            own = dict(labels)
            if all(_matches(one, own.get(one.name, "")) for one in wanted):
                yield labels


def read_series(name: str, values: str, interval: float) -> Iterator[tuple[Labels, Sample]]:
    """One input series of a unit test."""
    labels = read_labels(name)
    for place, value in enumerate(_values(values)):
        if not (isinstance(value, float) and math.isnan(value)):
            yield labels, Sample(place * interval, value)


def read_labels(text: str) -> Labels:
    """`up{job="a"}` as labels."""
    selector = parse(text)
    if not isinstance(selector, VectorSelector):
        raise TypeError(f"{text} is no series")
    named = {one.name: one.value for one in selector.matchers.matchers}
    return frozenset(({NAME: selector.name} if selector.name else {} | named).items()) | frozenset(
        named.items()
    )


def _values(text: str) -> Iterator[float | None]:
    for word in text.split():
        run = _RUN.fullmatch(word)
        if run is None:
            yield _value(word)
            continue
        # `1x3` is a value and three more, `_x3` three that are missing.
        first, step = _value(run["first"]), float(run["step"] or 0)
        for place in range(int(run["count"]) + (run["first"] != "_")):
            yield first if first is None else first + place * step


def _value(word: str) -> float | None:
    """Missing is NaN here."""
    return STALE if word == "stale" else math.nan if word == "_" else float(word)


def _matches(matcher: Matcher, value: str) -> bool:
    match matcher.op:
        case MatchOp.Equal:
            return value == matcher.value
        case MatchOp.NotEqual:
            return value != matcher.value
        case MatchOp.Re:
            return re.fullmatch(matcher.value, value) is not None
        case _:
            return re.fullmatch(matcher.value, value) is None
