"""Dashboards for Grafana: one of each part of the platform, from the registry, and an overview."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.kit.signals.exposition import exposed, kind_of
from services.kit.signals.registry import Measure, Metric, Registry

_WIDTH, _HEIGHT = 12, 8
_CHOSEN = 'namespace=~"$namespace",job=~"$job"'
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_UNITS = {"s": "s", "By": "bytes"}
_QUANTILES = ("0.5", "0.95", "0.99")


class Query(NamedTuple):
    """PromQL, and what a line is called."""

    expr: str
    legend: str


class Panel(NamedTuple):
    """One picture; `unit` is Grafana's."""

    title: str
    description: str
    queries: Sequence[Query]
    unit: str = "short"


def dashboards(parts: Mapping[str, Registry], overview: Sequence[Panel]) -> dict[str, str]:
    """File name to text. A part without metrics has none."""
    files = {"plantmesh-overview.json": _board("overview", overview)}
    for part, known in parts.items():
        measured: dict[str, Metric | Measure] = {**known.metrics, **known.measures}
        panels = [panel for name, metric in measured.items() for panel in _panels(name, metric)]
        if panels:
            files[f"plantmesh-{part}.json"] = _board(part, panels)
    return files


def read_overview(listed: Sequence[Mapping[str, Any]]) -> list[Panel]:
    """Panels as tools/signals/overview.yaml has them."""
    return [
        Panel(
            one["title"],
            one["description"],
            [Query(query["expr"], query["legend"]) for query in one["queries"]],
            one.get("unit", "short"),
        )
        for one in listed
    ]


def _panels(name: str, metric: Metric | Measure) -> Iterator[Panel]:
    family, labels = exposed(name, metric), ("job", *metric.attributes)
    by, legend = ", ".join(labels), " ".join(f"{{{{{label}}}}}" for label in labels)
    unit = _UNITS.get(metric.unit, "short")
    match kind_of(metric):
        case "counter":
            yield Panel(name, metric.description, [Query(_rate(family, by), legend)], "ops")
        case "histogram":
            yield Panel(name, metric.description, list(_quantiles(family)), unit)
            calls = [Query(_rate(f"{family}_count", by), legend)]
            yield Panel(f"{name}: how often", metric.description, calls, "ops")
        case _:
            now = f"max by ({by}) ({family}{{{_CHOSEN}}})"
            yield Panel(name, metric.description, [Query(now, legend)], unit)


def _rate(sample: str, by: str) -> str:
    return f"sum by ({by}) (rate({sample}{{{_CHOSEN}}}[$__rate_interval]))"


def _quantiles(family: str) -> Iterator[Query]:
    for quantile in _QUANTILES:
        buckets = _rate(f"{family}_bucket", "job, le")
        yield Query(f"histogram_quantile({quantile}, {buckets})", f"{{{{job}}}} {quantile}")


def _board(part: str, panels: Sequence[Panel]) -> str:
    board = {
        "uid": f"plantmesh-{part}",
        "title": f"Plantmesh / {part}",
        "description": "Written by `make dashboards` from services/kit/signals; changes are lost.",
        "tags": ["plantmesh"],
        "editable": False,
        "graphTooltip": 1,
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "links": [
            {"type": "dashboards", "tags": ["plantmesh"], "title": "Plantmesh", "asDropdown": True}
        ],
        "templating": {"list": _variables()},
        "panels": [_panel(place, panel) for place, panel in enumerate(panels)],
    }
    return json.dumps(board, indent=1) + "\n"


def _panel(place: int, panel: Panel) -> dict[str, Any]:
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": {
            "x": place % 2 * _WIDTH,
            "y": place // 2 * _HEIGHT,
            "w": _WIDTH,
            "h": _HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": _SOURCE,
                "expr": query.expr,
                "legendFormat": query.legend,
            }
            for number, query in enumerate(panel.queries)
        ],
    }


def _variables() -> list[dict[str, Any]]:
    chosen = [
        {
            "name": label,
            "type": "query",
            "datasource": _SOURCE,
            "query": f"label_values(plantmesh_component_state, {label})",
            "refresh": 2,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": {"text": "All", "value": "$__all"},
        }
        for label in ("namespace", "job")
    ]
    return [{"name": "datasource", "type": "datasource", "query": "prometheus"}, *chosen]
