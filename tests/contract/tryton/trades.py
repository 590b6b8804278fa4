"""How Tryton calls its kinds of orders, and how its tables are touched behind its back."""

from collections.abc import Mapping
from typing import LiteralString

from services.erp.domain.keys import Trade

_AT: LiteralString = " AND warehouse = (SELECT id FROM stock_location WHERE code = %s)"
TOUCH: LiteralString = (
    "UPDATE production SET write_date = CURRENT_TIMESTAMP, planned_date = planned_date + 1"
    " WHERE reference = %s" + _AT
)
TOUCH_TRADE: Mapping[Trade, LiteralString] = {
    Trade.SALES: "UPDATE sale_sale SET write_date = CURRENT_TIMESTAMP WHERE number = %s" + _AT,
    Trade.PURCHASE: "UPDATE purchase_purchase SET write_date = CURRENT_TIMESTAMP"
    " WHERE number = %s" + _AT,
}
MODELS = {Trade.SALES: "sale.sale", Trade.PURCHASE: "purchase.purchase"}
PARTNER = "P-100"
"""The code of whoever buys from us and sells to us."""
