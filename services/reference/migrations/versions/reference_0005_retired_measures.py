"""The measure of a lot may be retired."""

from alembic import op

revision = "reference_0005"
down_revision = "reference_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None is."""
    op.execute("ALTER TABLE lot_conversion ADD retired boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Those that were hold again."""
    op.execute("ALTER TABLE lot_conversion DROP COLUMN retired")
