"""Holds and decisions stand in the audit, with the reason that was given and what was there."""

from typing import Any

import pytest

from services.kit.access.principal import Principal, acting_as
from tests.audited import play, step
from tests.component.quality.laboratory import Laboratory
from tests.component.quality.messages import (
    applied,
    commanding,
    deciding,
    judging,
    opening,
    oven,
    part,
    placing,
    reading,
    recording,
    releasing,
    reporting,
    scoped,
)
from tests.unit.quality.samples import BREAD, decision, hold
from tests.unit.quality.samples import output as submission
from tests.unit.quality.use_cases.steps import decide, introduce, opened, place, release

STEPS = (
    step(opening(), "inspection lot"),
    step(commanding("SAMPLE"), "inspection"),
    step(judging("BLOCK"), "lot"),
    step(judging("RELEASE"), "lot"),
    step(recording(reading()), "inspection inspection_result"),
    step(deciding(part()), "disposition inspection"),
    step(placing(), "hold"),
    step(placing(scoped(equipment=oven()), key="scoped"), "hold"),
    step(reporting(applied("BREAD/L1")), "hold"),
    step(releasing("H1"), "hold"),
)


@pytest.fixture(autouse=True)
async def items(laboratory: Laboratory) -> None:
    await introduce(laboratory, BREAD)


async def test_a_decision_and_a_hold(laboratory: Laboratory) -> None:
    no = await opened(laboratory, submission())
    with acting_as(Principal("inspector")):
        await decide(laboratory, decision(no, "60", reason="as measured"))
        await place(laboratory, hold("H-1"))
        await release(laboratory, "H-1")
    async with laboratory.store.work() as work:
        rows = await work.sql(
            "SELECT kind, key, old IS NULL, reason FROM audit_unsealed"
            " WHERE who = 'inspector' AND kind IN ('hold', 'disposition') ORDER BY id"
        )
    assert rows == [
        ("disposition", f"lyon/BREAD/L1/{no}/1", True, "as measured"),
        ("hold", "lyon/H-1", True, "glass"),
        ("hold", "lyon/H-1", False, "false alarm"),
    ]


async def test_everything_that_is_asked_of_quality(laboratory: Laboratory) -> None:
    async with laboratory.calling() as calls:

        async def ask(request: Any) -> Any:
            method = request.DESCRIPTOR.name.removesuffix("Request")
            desk = calls.holds if "Hold" in method else calls.inspections
            return await getattr(desk, method)(request)

        await play(laboratory, laboratory.store, ask, STEPS)
