"""A trace reads who its lots are from one index, not from wherever in the table they are."""

from alembic import op

revision = "mes_0011"
down_revision = "mes_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; nothing in it ever changes but an order number that was not known at first."""
    op.execute(
        "CREATE UNIQUE INDEX lot_traced ON lot (id) INCLUDE (plant, item_no, lot_no, order_no)"
    )


def downgrade() -> None:
    """Without it."""
    op.execute("DROP INDEX lot_traced")
