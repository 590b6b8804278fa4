"""Who what was received came from, and who what was delivered went to."""

from alembic import op

revision = "wms_0004"
down_revision = "wms_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of movements before nobody said."""
    op.execute("ALTER TABLE movement ADD trade jsonb NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """It is forgotten; mes keeps what it was told."""
    op.execute("ALTER TABLE movement DROP COLUMN trade")
