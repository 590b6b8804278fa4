"""The gateway's share of the registry as JSON: its image has no Python and reads no YAML."""

import json

from services.kit.signals.exposition import exposed
from services.kit.signals.registry import Registry

_OURS = "plantmesh.gateway."


def gateway_json(known: Registry) -> str:
    """What gateway/signals.mjs imports."""
    metrics = {
        name: {
            "kind": metric.kind,
            "exposed": exposed(name, metric),
            "description": metric.description,
            "attributes": list(metric.attributes),
            "buckets": list(metric.buckets),
        }
        for name, metric in sorted(known.metrics.items())
        if name.startswith(_OURS)
    }
    spans = sorted(name for name in known.spans if name.startswith(_OURS))
    return json.dumps({"metrics": metrics, "spans": spans}, indent=2) + "\n"
