"""Requests as clients write them."""

from hashlib import sha256
from typing import Any

from google.protobuf.json_format import ParseDict
from plantmesh.quality.v1 import quality_pb2 as pb

AT = {"timestamp": "2026-05-04T12:00:00.123456Z", "offset_minutes": 120}
NO = "IL-1"


def kg(value: str, unit: str = "KGM") -> dict[str, str]:
    """Kilograms, or something else."""
    return {"value": value, "unit": unit}


def lot(name: str = "BREAD/L1", plant: str = "lyon") -> dict[str, str]:
    """The key of "BREAD/L1"."""
    item_no, lot_no = name.split("/")
    return {"plant": plant, "item_no": item_no, "lot_no": lot_no}


def output(source: str = "s1", value: str = "100", **changes: Any) -> dict[str, Any]:
    """100 kg of bread."""
    given = {"source": source, "lot": lot(), "order_no": "4711", "quantity": kg(value)}
    return {**given, **changes}


def part(
    split_no: int = 1, value: str = "80", outcome: str = "ACCEPT", no: str = NO, **changes: Any
) -> dict[str, Any]:
    """80 kg are fine."""
    made = {"split_no": split_no, "outcome": f"OUTCOME_{outcome}", "quantity": kg(value)}
    return {"inspection_no": no, "disposition": {**made, **changes}}


def reading(sample: str = "1", **changes: Any) -> dict[str, Any]:
    """A kilo, as it should be."""
    given = {
        "characteristic": "weight",
        "sample": sample,
        "value": kg("1"),
        "passed": True,
        "measured_at": AT,
        "instrument": "SCALE-1",
    }
    return {**given, **changes}


def hold(hold_no: str = "H1", *names: str, plant: str = "lyon", **changes: Any) -> dict[str, Any]:
    """Glass was found."""
    lots = [lot(name, plant) for name in names or ("BREAD/L1",)]
    return {"hold_no": hold_no, "plant": plant, "lots": lots, "reason": "glass", **changes}


def scoped(hold_no: str = "S1", **scope: Any) -> dict[str, Any]:
    """Whatever falls under it."""
    return {"hold_no": hold_no, "plant": "lyon", "scope": scope, "reason": "glass"}


def oven(path: str = "lyon/hall/oven", **changes: Any) -> dict[str, Any]:
    """From noon on, for two hours."""
    end = {"timestamp": "2026-05-04T14:00:00Z", "offset_minutes": 120}
    return {"equipment": path, "starts_at": AT, "ends_at": end, **changes}


def applied(*names: str, hold_no: str = "H1", version: int = 1, **changes: Any) -> dict[str, Any]:
    """Everywhere."""
    lots = [lot(name) for name in names]
    return {"hold_no": hold_no, "version": version, "lots": lots, "complete": True, **changes}


def opening(*outputs: dict[str, Any], key: str = "") -> pb.OpenInspectionsRequest:
    """Output came; other output has another key."""
    given = list(outputs or (output(),))
    request = {
        "idempotency_key": key or sha256(repr(given).encode()).hexdigest(),
        "submissions": given,
    }
    return ParseDict(request, pb.OpenInspectionsRequest())


def recording(*results: dict[str, Any], no: str = NO, key: str = "r") -> pb.RecordResultsRequest:
    """Something was measured."""
    request = {"idempotency_key": key, "inspection_no": no, "results": list(results)}
    return ParseDict(request, pb.RecordResultsRequest())


def deciding(*parts: dict[str, Any], key: str = "d") -> pb.DecideInspectionsRequest:
    """Something was decided."""
    request = {"idempotency_key": key, "decisions": list(parts)}
    return ParseDict(request, pb.DecideInspectionsRequest())


def commanding(*commands: str, no: str = NO, key: str = "c") -> pb.CommandInspectionsRequest:
    """One after the other."""
    steps = [{"inspection_no": no, "command": f"INSPECTION_COMMAND_{one}"} for one in commands]
    request = {"idempotency_key": key, "commands": steps}
    return ParseDict(request, pb.CommandInspectionsRequest())


def placing(*holds: dict[str, Any], key: str = "p") -> pb.PlaceHoldsRequest:
    """Stop."""
    request = {"idempotency_key": key, "holds": list(holds or (hold(),))}
    return ParseDict(request, pb.PlaceHoldsRequest())


def releasing(*nos: str, key: str = "l", reason: str = "no glass") -> pb.ReleaseHoldsRequest:
    """Go on."""
    return pb.ReleaseHoldsRequest(idempotency_key=key, hold_nos=nos, reason=reason)


def reporting(*reports: dict[str, Any], key: str = "t") -> pb.ReportHoldsRequest:
    """So far."""
    request = {"idempotency_key": key, "reports": list(reports or (applied(),))}
    return ParseDict(request, pb.ReportHoldsRequest())


def judging(
    *verdicts: str, name: str = "BREAD/L1", plant: str = "lyon", reason: str = "complaint"
) -> pb.JudgeLotsRequest:
    """Of one lot, one after the other."""
    given = [
        {"lot": lot(name, plant), "verdict": f"LOT_VERDICT_{one}", "reason": reason}
        for one in verdicts
    ]
    request = {"idempotency_key": f"{verdicts} {name}", "judgements": given}
    return ParseDict(request, pb.JudgeLotsRequest())
