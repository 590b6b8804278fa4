"""Holds that name no lots."""
# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.kit.clock import Instant
from services.kit.errors import InvalidError, NotFoundError
from services.quality.application.place_holds import names_of
from services.quality.domain.hold import HoldOrder
from services.quality.domain.hold import State as HoldState
from services.quality.domain.scope import (
    EquipmentScope,
    ItemScope,
    OrderScope,
    Scope,
    SupplierLotScope,
    name_of,
)
from services.quality.domain.status import LotStatus
from tests.unit.quality.samples import LYON, NOON, applied, hold
from tests.unit.quality.use_cases.steps import (
    Laboratory,
    place,
    refused,
    release,
    report,
    status,
)

DAY, LATER = date(2026, 5, 4), datetime(2900, 1, 1, tzinfo=UTC)
"""A range without an end counts to now, whatever clock that is."""
SCOPES: tuple[Scope, ...] = (
    OrderScope("4711"),
    ItemScope("BREAD", DAY, DAY),
    ItemScope("BREAD", LATER.date()),
    EquipmentScope("lyon/hall/oven", Instant(NOON, 120), Instant(NOON + timedelta(hours=2), 120)),
    EquipmentScope("lyon/hall/oven", Instant(LATER)),
    SupplierLotScope("MILL", "M-7"),
)


def on(scope: Scope | None, hold_no: str = "H1") -> HoldOrder:
    """In Lyon."""
    return HoldOrder(hold_no, LYON, (), "glass", (), scope)


async def hear(laboratory: Laboratory) -> None:
    """What they name."""
    await laboratory.hear_of(*(name_of(scope, LYON).name for scope in SCOPES))


class ScopesContract:
    """Placing them; what falls under one is resolved where lots come into being."""

    @pytest.mark.parametrize("scope", SCOPES, ids=repr)
    async def test_a_scope_is_kept_and_covers_what_is_reported(
        self, laboratory: Laboratory, scope: Scope
    ) -> None:
        await hear(laboratory)
        [placed] = await place(laboratory, on(scope))
        assert (placed.covered, placed.state) == (0, HoldState.BEING_APPLIED)
        assert [placed] == await place(laboratory, on(scope))
        async with laboratory.work() as books:
            assert (await books.holds.get(["H1"]))["H1"].order == on(scope)
        await report(laboratory, applied())
        # One that comes to fall under it later.
        [found] = await report(laboratory, applied("BREAD/L1", complete=False))
        assert (found.covered, found.state) == (1, HoldState.IN_FORCE)
        assert await status(laboratory) is LotStatus.BLOCKED
        [ending] = await release(laboratory, "H1")
        assert ending.order.scope == scope
        await report(laboratory, applied("BREAD/L1", version=2))
        assert await status(laboratory) is LotStatus.CREATED

    async def test_another_hold_keeps_what_a_scope_lets_go(self, laboratory: Laboratory) -> None:
        await hear(laboratory)
        await place(laboratory, on(OrderScope("4711")), hold("H2"))
        await report(laboratory, applied("BREAD/L1"), applied(hold_no="H2"))
        await release(laboratory, "H1")
        await report(laboratory, applied("BREAD/L1", version=2))
        assert await status(laboratory) is LotStatus.BLOCKED

    async def test_lots_or_a_scope_and_not_both(self, laboratory: Laboratory) -> None:
        both = replace(hold(), scope=OrderScope("4711"))
        for order in (both, on(None)):
            doing = place(laboratory, hold("H2"), order)
            assert await refused(doing, InvalidError) == ("bad_scope", "holds[1].lots")

    async def test_another_scope_under_a_number_is_refused(self, laboratory: Laboratory) -> None:
        await hear(laboratory)
        await place(laboratory, on(OrderScope("4711")))
        doing = place(laboratory, on(SupplierLotScope("MILL", "M-7")))
        assert await refused(doing) == ("hold_differs", "holds[0].scope")

    async def test_what_a_scope_names_is_known(self, laboratory: Laboratory) -> None:
        for scope in SCOPES:
            (kind, _), field = name_of(scope, LYON)
            doing = place(laboratory, hold("H2"), on(scope))
            found = await refused(doing, NotFoundError)
            assert found == (f"unknown_{kind}", f"holds[1].{field}")
        orders = [on(scope, f"H{n}") for n, scope in enumerate(SCOPES)]
        assert list(names_of(orders).values()) == [
            "holds[0].scope.order.order_no",
            "holds[1].scope.item.item_no",
            "holds[3].scope.equipment.equipment",
            "holds[5].scope.supplier_lot.party",
        ]
        assert await laboratory.told() == []

    async def test_a_range_that_means_nothing_is_refused(self, laboratory: Laboratory) -> None:
        await laboratory.hear_of(name_of(EquipmentScope("oslo/x", Instant(NOON)), LYON).name)
        await hear(laboratory)
        doing = place(laboratory, on(ItemScope("BREAD", DAY, DAY - timedelta(days=1))))
        found = await refused(doing, InvalidError)
        assert found == ("range_inverted", "holds[0].scope.item.last_day")
        doing = place(laboratory, on(EquipmentScope("oslo/x", Instant(NOON))))
        found = await refused(doing, InvalidError)
        assert found == ("foreign_equipment", "holds[0].scope.equipment.equipment")
