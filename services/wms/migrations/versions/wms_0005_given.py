"""Amounts as they were given, where they are kept in another unit; lots that were measured."""

from alembic import op

revision = "wms_0005"
down_revision = "wms_0004"
branch_labels = None
depends_on = "kit_0006"

_TABLES = ("movement", "reservation", "stock_opening")


def upgrade() -> None:
    """Of what was recorded before nobody said; copies come again, with the lots' measures."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ADD given numeric(30, 12), ADD given_unit text")
    op.execute("DELETE FROM copy_loaded WHERE topic = 'plantmesh.reference'")


def downgrade() -> None:
    """What was given is forgotten, the restated amounts stay."""
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN given, DROP COLUMN given_unit")
