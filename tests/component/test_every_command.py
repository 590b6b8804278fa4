"""Whatever a person or a partner can change is audited: every call that is no read is proved."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import plantmesh
import pytest
from google.protobuf.descriptor import MethodDescriptor

PROVED_IN = (
    "erp.test_mapping",
    "kit.audit.test_retention",
    "kit.desk.test_audited",
    "mes.test_audited",
    "mes.test_counts",
    "mes.test_openings",
    "process.test_drift",
    "process.test_order_flow",
    "process.test_rpc",
    "quality.test_audited",
    "reference.test_audited",
    "wms.test_audited",
    "wms.test_opening",
)
"""Where STEPS are played, or a test says what it proves (tests/audited.py)."""
READS = (
    "BatchGet", "BatchTrace", "Export", "Get", "List", "Read", "Recount", "Resolve", "Snapshot",
    "Trace", "Verify",
)  # fmt: skip
"""What the name of a call begins with that changes nothing, or nothing but what it noted itself."""
UNAUDITED = {
    "common.v1.ApplyHolds": "process carries out quality's order, which is audited there;"
    " a person may not ask it",
    "common.v1.ApplyScopes": "the same, of a hold that names no lots",
    "erp.v1.AcceptPostings": "process posts what commands of mes and wms decided, audited there;"
    " the lane keeps every state of a posting",
    "reference.v1.ReportWaiting": "a service counts what waits for a steward",
}
"""Calls that change something and leave no row of their own, and why nobody misses it."""
ALSO_WRITES = {"wms.v1.RecountBalances"}
"""Reads by name that can change something when they are asked to."""


def calls() -> Iterator[MethodDescriptor]:
    """Of every service, from its descriptors."""
    root = Path(plantmesh.__path__[0])
    for path in sorted(root.glob("*/v*/*_pb2.py")):
        module = ".".join(path.relative_to(root.parent).with_suffix("").parts)
        file = import_module(module).DESCRIPTOR
        for service in file.services_by_name.values():
            yield from service.methods


def short(name: str) -> str:
    """Of "plantmesh.mes.v1.MoveStockRequest" what people say: "mes.v1.MoveStock"."""
    return name.removeprefix("plantmesh.").removesuffix("Request")


def proved() -> Iterator[str]:
    """What the tables and the tests claim."""
    for name in PROVED_IN:
        module = import_module(f"tests.component.{name}")
        claims: list[Any] = [one.asks for one in getattr(module, "STEPS", ())]
        for test in vars(module).values():
            claims += getattr(test, "proves", ())
        assert claims, f"{name} proves nothing"
        yield from (short(one.DESCRIPTOR.full_name) for one in claims)


def writes() -> Iterator[str]:
    """The calls that may change something."""
    for call in calls():
        name = short(call.input_type.full_name)
        if not call.name.startswith(READS) or name in ALSO_WRITES:
            yield name


WRITES = frozenset(writes())


@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_call_that_changes_something_is_audited_or_says_why_not(name: str) -> None:
    assert (name in set(proved())) != (name in UNAUDITED), (
        f"{name} changes something: play it in a STEPS table (tests/audited.py), or say in"
        " UNAUDITED why it leaves no audit row"
    )


def test_nothing_is_excused_or_proved_that_is_no_command() -> None:
    assert set(UNAUDITED) <= WRITES
    assert set(proved()) <= WRITES


def test_a_command_is_no_read_by_its_name() -> None:
    """Whoever takes an idempotency key changes something, whatever it is called."""
    named = {
        short(call.input_type.full_name)
        for call in calls()
        if "idempotency_key" in call.input_type.fields_by_name
    }
    assert len(named) > 30
    assert named <= WRITES
