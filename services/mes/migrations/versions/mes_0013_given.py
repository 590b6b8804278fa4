"""Amounts as they were reported, where they are booked in another unit; lots that were measured."""

from alembic import op

revision = "mes_0013"
down_revision = "mes_0012"
branch_labels = None
depends_on = "kit_0006"


def upgrade() -> None:
    """Of what was booked before nobody said; copies come again, with the lots' measures."""
    op.execute(
        """ALTER TABLE confirmation
            ADD given jsonb NOT NULL DEFAULT '{}',  -- value and unit by the path of the field
            ADD stocked numeric(30, 12), ADD stocked_unit text"""
    )
    # What one unit of output takes, as a ratio, since when covered and booked count.
    op.execute("ALTER TABLE component ADD share text")
    op.execute("DELETE FROM copy_loaded WHERE topic = 'plantmesh.reference'")


def downgrade() -> None:
    """What was given is forgotten, the restated amounts stay."""
    op.execute(
        "ALTER TABLE confirmation DROP COLUMN given, DROP COLUMN stocked, DROP COLUMN stocked_unit"
    )
    op.execute("ALTER TABLE component DROP COLUMN share")
