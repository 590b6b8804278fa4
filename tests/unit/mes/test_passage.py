"""Who a lot went to is told to those who may know it, and to others that it is withheld."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from services.kit.quantity import Quantity
from services.mes.domain.keys import LotKey
from services.mes.domain.passage import Shipment

WENT = Shipment(
    lot=LotKey("lyon", "bracket", "B-1"),
    quantity=Quantity(Decimal(10), "H87"),
    shipped_at=datetime(2026, 5, 4, 10, tzinfo=UTC),
    event_id="e-1",
    customer="ACME",
)


def test_a_customer_is_told_or_withheld_and_never_both() -> None:
    assert WENT.told(customer=True) == WENT
    assert WENT.told(customer=False) == replace(WENT, customer="", withheld=True)
