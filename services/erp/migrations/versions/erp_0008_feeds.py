"""Which kinds of orders an ERP does not offer, and why."""

from alembic import op

revision = "erp_0008"
down_revision = "erp_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column."""
    op.execute("ALTER TABLE source ADD COLUMN not_read jsonb NOT NULL DEFAULT '{}'")
