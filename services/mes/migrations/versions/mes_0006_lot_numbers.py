"""Lots are found by their number alone, or by the supplier's."""

from alembic import op

revision = "mes_0006"
down_revision = "mes_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index for each."""
    op.execute("CREATE INDEX lot_number ON lot (plant, lot_no, item_no)")
    op.execute(
        "CREATE INDEX lot_supplier ON lot (plant, supplier_lot, item_no, lot_no)"
        " WHERE supplier_lot <> ''"
    )


def downgrade() -> None:
    """Without them."""
    op.execute("DROP INDEX lot_number")
    op.execute("DROP INDEX lot_supplier")
