"""Objectives as rules: how much of the error budget burns, over two windows at a time.

Source: Google, The Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from services.kit.signals.registry import Objective, Severity


class Burn(NamedTuple):
    """Too much when the budget of 30 days would burn `rate` times too fast over both windows."""

    rate: str
    long: str
    short: str
    severity: Severity


BURNS = (
    Burn("14.4", "1h", "5m", "page"),
    Burn("6", "6h", "30m", "page"),
    Burn("3", "1d", "2h", "ticket"),
    Burn("1", "3d", "6h", "ticket"),
)
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


def records(objective: Objective) -> Iterator[dict[str, Any]]:
    """What Prometheus computes ahead: the share of bad requests, or minutes, in each window."""
    if objective.late:
        yield {"record": _late(objective), "expr": objective.late}
    for window in WINDOWS:
        yield {"record": _ratio(objective, window), "expr": _share(objective, window)}


def burn_rules(name: str, objective: Objective) -> Iterator[dict[str, Any]]:
    """One alert of the objective's name for each pair of windows, with its summary."""
    for burn in BURNS:
        most = (Decimal(burn.rate) * (1 - Decimal(str(objective.share)))).normalize()
        both = (_ratio(objective, window) for window in (burn.long, burn.short))
        yield {
            "alert": name,
            "expr": " and ".join(f"{ratio} > {most:f}" for ratio in both),
            "labels": {"severity": burn.severity, "window": burn.long},
            "summary": f"{objective.summary}: {burn.rate} times what was promised in {burn.long}",
        }


def _share(objective: Objective, window: str) -> str:
    if objective.late:
        return f"avg_over_time({_late(objective)}[{window}])"
    by = ", ".join(objective.by)
    total = f"sum by ({by}) (rate({objective.total}[{window}]))"
    bad = f"sum by ({by}) (rate({objective.bad}[{window}]))"
    # Where nothing was ever bad there is no series of it.
    return f"({bad} or 0 * {total}) / {total}"


def _ratio(objective: Objective, window: str) -> str:
    return f"plantmesh:{objective.name}:bad_ratio_{window}"


def _late(objective: Objective) -> str:
    return f"plantmesh:{objective.name}:late"
