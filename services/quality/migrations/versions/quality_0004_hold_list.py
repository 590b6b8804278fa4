"""The holds of a plant are listed."""

from alembic import op

revision = "quality_0004"
down_revision = "quality_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index for it."""
    op.execute("CREATE INDEX hold_plant ON hold (plant, hold_no)")


def downgrade() -> None:
    """Without it."""
    op.execute("DROP INDEX hold_plant")
