"""Orders that are not released yet are counted by their start without reading all others."""

from alembic import op

revision = "erp_0010"
down_revision = "erp_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.execute(
        "CREATE INDEX production_order_planned ON production_order (plant, due_start)"
        " WHERE lifecycle = 'planned'"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP INDEX production_order_planned")
