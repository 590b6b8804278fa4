"""Decisions as they were told, where they are kept in another unit; lots that were measured."""

from alembic import op

revision = "quality_0006"
down_revision = "quality_0005"
branch_labels = None
depends_on = "kit_0006"


def upgrade() -> None:
    """Of what was decided before nobody said; copies come again, with the lots' measures."""
    op.execute("ALTER TABLE disposition ADD given numeric(30, 12), ADD given_unit text")
    op.execute("DELETE FROM copy_loaded WHERE topic = 'plantmesh.reference'")


def downgrade() -> None:
    """What was told is forgotten, the restated amounts stay."""
    op.execute("ALTER TABLE disposition DROP COLUMN given, DROP COLUMN given_unit")
