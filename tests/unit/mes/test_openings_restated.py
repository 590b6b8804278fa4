"""Open orders that are told in other units than they count in."""

from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.kit.quantity import Quantity
from services.mes.domain.opening import OpenOperation
from services.mes.domain.progress import Progress
from tests.unit.mes.reports import plan
from tests.unit.mes.test_openings import AFTER, BEFORE, Plant, made
from tests.unit.mes.use_cases.steps import create


@pytest.fixture
def plant() -> Plant:
    return Plant()


def rolls(amount: str, at: datetime = BEFORE) -> OpenOperation:
    """Of the film that 4711 makes."""
    none, good = Quantity.zero("XRO"), Quantity.parse(amount, "XRO")
    return replace(made("0", at=at), made=Progress(good, none, none))


async def test_an_order_is_taken_over_by_the_ratio_of_its_item_once(plant: Plant) -> None:
    """A roll has 400 m2, and 410 from some day on: what is loaded again stays what it became."""
    await create(plant.floor, replace(plan(item_no="FILM"), ordered=Quantity.parse("9000", "MTK")))
    assert await plant.load(rolls("2")) == ["created"]
    assert str((await plant.order()).good) == "800 MTK"
    await plant.floor.measure("FILM/", ("XRO", "MTK", Fraction(410)))
    assert await plant.recount(rolls("2")) == ["unchanged"]
    assert await plant.recount(rolls("3")) == ["different"]
    assert await plant.load(rolls("2")) == ["unchanged"]
    assert await plant.load(rolls("2", at=AFTER)) == ["unchanged"]
    assert str((await plant.order()).good) == "800 MTK"
    assert await plant.load(rolls("3", at=AFTER + timedelta(hours=1))) == ["corrected"]
    assert str((await plant.order()).good) == "1230 MTK"


async def test_rows_of_before_were_restated_by_general_ratios_alone(plant: Plant) -> None:
    await create(plant.floor, plan())
    grams = replace(made("0"), made=Progress(*(Quantity.parse("500", "GRM"),) * 3))
    assert await plant.load(grams) == ["created"]
    loaded: Any = plant.kept.orders
    loaded.rows[grams.name] = replace(loaded.rows[grams.name], made=())
    assert await plant.recount(grams) == ["unchanged"]
    assert await plant.load(made("1", scrap="0.5")) == ["corrected"]
    order = await plant.order()
    assert [str(one) for one in (order.good, order.scrap, order.rework)] == [
        "1 KGM",
        "0.5 KGM",
        "0 KGM",
    ]
