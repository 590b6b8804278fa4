"""The adapter toward an S/4HANA's OData keeps the contract."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pytest

from services.erp.adapters.odata import ODataErp
from services.erp.domain.document import PostingDocument, Sought
from services.erp.domain.keys import Trade
from services.erp.ports import ErpSystem
from services.kit.lanes.outcome import Found, Outcome, Posted, Unavailable, Unknown
from services.kit.lanes.systems import System
from tests.contract.erp_system import ErpSystemContract, Stage
from tests.contract.sap.stage import Connect, SapStage


class TestSap(ErpSystemContract):
    """All of it."""


class Blind(ODataErp):
    """Does not look up what is there."""

    async def find(self, sought: Sequence[Sought]) -> Mapping[str, Found] | Unavailable:
        """Nothing, ever."""
        found = await super().find(sought)
        return found if isinstance(found, Unavailable) else dict.fromkeys(found, Found())


class Credulous(ODataErp):
    """Believes an answer of 201."""

    async def post(
        self, posting: PostingDocument, version: str | None, confirmed: Collection[str]
    ) -> Outcome:
        """In doubt it was booked."""
        outcome = await super().post(posting, version, confirmed)
        return Posted("1/2026") if isinstance(outcome, Unknown) else outcome


class Hurried(ODataErp):
    """Goes on polling exactly where it stopped."""

    def __init__(self, system: System, key: str) -> None:
        super().__init__(replace(system, settings={**system.settings, "overlap_seconds": 0}), key)


@pytest.mark.parametrize(
    ("variant", "rule"),
    [
        (Blind, ErpSystemContract.test_a_booking_whose_answer_was_lost_is_found),
        (Blind, ErpSystemContract.test_a_late_booking_is_unknown_until_it_is_there),
        (Blind, ErpSystemContract.test_a_repeat_is_prevented_or_found),
        (Credulous, ErpSystemContract.test_ok_without_a_booking_is_not_believed),
        (Hurried, ErpSystemContract.test_a_change_that_is_committed_late_is_not_missed),
        (
            Hurried,
            partial(
                ErpSystemContract.test_a_change_of_a_traded_order_that_is_committed_late_is_not_missed,
                trade=Trade.PURCHASE,
            ),
        ),
    ],
)
async def test_the_contract_has_teeth(
    variant: type[ODataErp],
    rule: Callable[[ErpSystemContract, ErpSystem, Stage], Awaitable[None]],
    connect: Connect,
    stage: SapStage,
) -> None:
    async with connect(variant) as erp:
        with pytest.raises(AssertionError):
            await rule(ErpSystemContract(), erp, stage)
