"""Lots are found by the purchase order they came for, and by the sales order they left for."""

from alembic import op

revision = "mes_0007"
down_revision = "mes_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index for each; what is void is not looked for."""
    op.execute(
        "CREATE INDEX lot_receipt_order ON lot_receipt (plant, purchase_order_no)"
        " INCLUDE (lot_id) WHERE NOT void"
    )
    op.execute(
        "CREATE INDEX lot_shipment_order ON lot_shipment (plant, sales_order_no)"
        " INCLUDE (lot_id) WHERE NOT void"
    )


def downgrade() -> None:
    """Without them."""
    op.execute("DROP INDEX lot_receipt_order")
    op.execute("DROP INDEX lot_shipment_order")
