"""Which looks say nothing that a later one does not: counters are absolute, contexts are not."""

from collections.abc import Iterable
from dataclasses import replace

from services.kit.quantity import Quantity
from services.telemetry.domain.look import Look


def context_of(look: Look) -> tuple[object, ...]:
    """What the counts of a look belong to."""
    blank = (replace(one, reading=Quantity.zero(one.reading.unit)) for one in look.counters)
    return (look.order_no, look.lot_no, *blank)


def covers(later: Look, earlier: Look) -> bool:
    """Whether nothing is lost of `earlier` when only `later`, the next one, is told.

    The end of a context must be told, a gap, and what a counter showed before it fell.
    """
    return (
        earlier.gap_since is None
        and later.gap_since is None
        and earlier.quality is later.quality
        and context_of(earlier) == context_of(later)
        and all(
            was.reading <= now.reading
            for was, now in zip(earlier.counters, later.counters, strict=True)
        )
    )


def coalesce(looks: Iterable[Look]) -> list[Look]:
    """Only the last of every run in one context; `looks` are one machine's, in order of time."""
    kept: list[Look] = []
    for look in looks:
        if kept and covers(look, kept[-1]):
            kept.pop()
        kept.append(look)
    return kept
