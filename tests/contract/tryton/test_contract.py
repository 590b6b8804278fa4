"""The adapter toward a real Tryton keeps the contract."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from services.erp.adapters.tryton import TrytonErp
from services.erp.domain.document import PostingDocument, Sought
from services.erp.ports import ErpSystem
from services.kit.lanes.outcome import Found, Outcome, Posted, Unavailable, Unknown
from services.kit.lanes.systems import System
from tests.contract.erp_system import ErpSystemContract, Stage
from tests.contract.tryton.stage import Connect, TrytonStage

pytestmark = [pytest.mark.peer, pytest.mark.asyncio(loop_scope="session")]


class TestTryton(ErpSystemContract):
    """All of it."""


class Blind(TrytonErp):
    """Does not look up what is there."""

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """Nothing, ever."""
        found = await super().find(sought)
        if isinstance(found, Unavailable):
            return found
        return {reference: Found(version=held.version) for reference, held in found.items()}


class Credulous(TrytonErp):
    """Believes an answer of 200."""

    async def post(
        self, posting: PostingDocument, version: str | None, confirmed: Collection[str]
    ) -> Outcome:
        """In doubt it was booked."""
        outcome = await super().post(posting, version, confirmed)
        return Posted("1") if isinstance(outcome, Unknown) else outcome


class Careless(TrytonErp):
    """Writes over whatever somebody else did."""

    async def post(
        self, posting: PostingDocument, version: str | None, confirmed: Collection[str]
    ) -> Outcome:
        """On no condition."""
        return await super().post(posting, None, confirmed)


class Hurried(TrytonErp):
    """Goes on polling exactly where it stopped."""

    def __init__(self, system: System, key: str) -> None:
        super().__init__(replace(system, settings={**system.settings, "overlap_seconds": 0}), key)


@pytest.mark.parametrize(
    ("variant", "rule"),
    [
        (Blind, ErpSystemContract.test_a_booking_whose_answer_was_lost_is_found),
        (Credulous, ErpSystemContract.test_ok_without_a_booking_is_not_believed),
        (Careless, ErpSystemContract.test_a_stale_version_books_nothing),
        (Hurried, ErpSystemContract.test_a_change_that_is_committed_late_is_not_missed),
    ],
)
async def test_the_contract_has_teeth(
    variant: type[TrytonErp],
    rule: Callable[[ErpSystemContract, ErpSystem, Stage], Awaitable[None]],
    connect: Connect,
    stage: TrytonStage,
) -> None:
    async with connect(variant) as erp:
        with pytest.raises(AssertionError):
            await rule(ErpSystemContract(), erp, stage)
