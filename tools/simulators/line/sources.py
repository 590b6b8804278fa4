"""How a collector is told of the line: its sources file (PLANTMESH_TELEMETRY_SOURCES)."""

from pathlib import Path

import yaml

from tools.mesh.files import write_whole
from tools.simulators.line.panel import NAMESPACE
from tools.simulators.line.place import Place, endpoint
from tools.simulators.line.trust import own_keys

_SAMPLING_MS = 50


def write_sources(place: Place, port: int, equipment: str) -> None:
    """The line at `port` as `equipment`; no certificate but its own is accepted."""
    own_keys(place.certificate, place.key, NAMESPACE)
    source = {
        "name": "line",
        "endpoint": endpoint(port),
        "security": "SignAndEncrypt",
        "server_certificate": str(place.certificate),
        "sampling_ms": _SAMPLING_MS,
        "equipment": [
            {
                "equipment": equipment,
                "state": _node("StateCurrent"),
                "mode": _node("UnitModeCurrent"),
                "order": _node("CurrentOrder"),
                "lot": _node("CurrentLot"),
                "counters": [
                    _counter("good", "GoodCount"),
                    _counter("scrap", "ScrapCount", reason=_node("ScrapReason")),
                    _counter(
                        "consumed",
                        "MaterialCount",
                        item_node=_node("MaterialItem"),
                        lot=_node("MaterialLot"),
                    ),
                ],
            }
        ],
    }
    write_whole(place.sources, yaml.safe_dump({"sources": [source]}, sort_keys=False))


def let_in(place: Place, name: str, certificate: Path) -> None:
    """Have the line trust a client's certificate (DER), as `name`."""
    place.trusted.mkdir(parents=True, exist_ok=True)
    (place.trusted / f"{name}.der").write_bytes(certificate.read_bytes())


def _counter(kind: str, signal: str, **more: str) -> dict[str, object]:
    return {"name": kind, "kind": kind, "node": _node(signal), "retained": True, **more}


def _node(signal: str) -> str:
    return f"nsu={NAMESPACE};s=Line.{signal}"
