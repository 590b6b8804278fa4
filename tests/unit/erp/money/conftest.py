"""Books in which a few things have their price."""

import pytest

from tests.unit.erp.money.memory import STEEL, WIDGET, Memory, cost, item


@pytest.fixture
def books() -> Memory:
    """Steel costs 2 a kilogram, a widget 5; Oslo pays 3 for steel."""
    return Memory(
        {
            STEEL: item("steel", cost("2")),
            WIDGET: item("widget", cost("5")),
            ("oslo", "steel"): item("steel", cost("3"), plant="oslo"),
            ("lyon", "iron"): item("iron", cost("1.5")),
        },
        zones={"lyon": "Europe/Paris", "oslo": "Europe/Oslo"},
    )
