"""The terms of each plant's collectors, whoever elects them."""

from alembic import op

revision = "telemetry_0002"
down_revision = "telemetry_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; what was told so far was told in the newest term."""
    op.execute(
        """
        CREATE TABLE collector (
            plant text COLLATE "C" PRIMARY KEY,
            epoch bigint NOT NULL,  -- of the one term that may tell of its machines
            beat  bigint NOT NULL   -- grows while its leader is at work; no clock takes part
        )
        """
    )
    op.execute("INSERT INTO collector SELECT plant, max(epoch), 0 FROM machine GROUP BY plant")


def downgrade() -> None:
    """Drop it; the machines' own epochs stay."""
    op.execute("DROP TABLE collector")
