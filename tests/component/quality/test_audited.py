"""Holds and decisions stand in the audit, with the reason that was given and what was there."""

import pytest

from services.kit.access.principal import Principal, acting_as
from tests.component.quality.laboratory import Laboratory
from tests.unit.quality.samples import BREAD, decision, hold
from tests.unit.quality.samples import output as submission
from tests.unit.quality.use_cases.steps import decide, introduce, opened, place, release


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
