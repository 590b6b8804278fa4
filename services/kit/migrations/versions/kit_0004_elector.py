"""Leases: one row per thing that only one instance may do."""

from alembic import op

revision = "kit_0004"
down_revision = "kit_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE elector (
            name   text PRIMARY KEY,
            holder text NOT NULL,
            epoch  bigint NOT NULL,  -- grows with every term: the fencing token
            beat   bigint NOT NULL,  -- grows with every renewal; no clock takes part
            free   boolean NOT NULL
        )
        """
    )


def downgrade() -> None:
    """Drop the table."""
    op.execute("DROP TABLE elector")
