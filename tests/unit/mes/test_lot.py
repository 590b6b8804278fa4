from decimal import Decimal

import pytest

from services.kit.errors import ConflictError, InvalidError
from services.kit.quantity import Quantity
from services.mes.domain.genealogy import Edge, Link, merge
from services.mes.domain.lot import Lot
from services.mes.domain.lot_state import LotQuality
from tests.unit.mes.reports import NOON, kg, lot_key, order_key

LINK = Link(lot_key("FLOUR/F1"), lot_key("BREAD/L1"), order_key())


def test_a_lot_counts_in_the_unit_of_its_first_quantity() -> None:
    lot = Lot(lot_key("FLOUR/F1"), NOON)
    assert lot.take(kg("2")) == kg("2")
    assert lot.take(Quantity(Decimal(500), "GRM")) == kg("0.5")
    with pytest.raises(InvalidError):
        lot.take(Quantity(Decimal(1), "LTR"))
    assert lot.produce(Quantity(Decimal(1500), "GRM"), NOON)
    assert not lot.produce(kg("1"), NOON)
    assert lot.produced == kg("2.5")


def test_a_yield_that_was_not_leaves_the_lot_known() -> None:
    lot = Lot(lot_key("BREAD/L1"), NOON)
    assert lot.on_hand is None
    lot.produce(kg("3"), NOON)
    lot.take(kg("1"))
    with pytest.raises(ConflictError, match="1 KGM of lot lyon/BREAD/L1 are used"):
        lot.withdraw(kg("3"), NOON)
    lot.withdraw(kg("2"), NOON)
    assert lot.on_hand == Quantity.zero("KGM")
    assert lot.status is LotQuality.CONSUMED


def test_known_shares_add_up_and_unknown_ones_stay_unknown() -> None:
    def merged(*amounts: Quantity | None) -> Quantity | None:
        (edge,) = merge(Edge(LINK, amount) for amount in amounts)
        return edge.quantity

    assert merged(None, None) is None
    assert merged(kg("1"), None, kg("2")) == kg("3")
    assert merged(None, kg("2")) == kg("2")
