"""What was counted before a plant was taken over."""

from alembic import op

revision = "wms_0003"
down_revision = "wms_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; nothing is locked."""
    op.execute(
        """CREATE TABLE stock_opening (
            plant text, item_no text, lot_no text, location text, status text, owner text, hu text,
            counted numeric(30, 12) NOT NULL CHECK (counted >= 0),
            -- moved here until as_of: it is part of what was counted
            before numeric(30, 12) NOT NULL,
            unit text NOT NULL,
            as_of timestamptz NOT NULL, offset_minutes int NOT NULL,
            times int NOT NULL,
            PRIMARY KEY (plant, item_no, lot_no, location, status, owner, hu))"""
    )


def downgrade() -> None:
    """Drop it; the movements that opened stock stay."""
    op.execute("DROP TABLE stock_opening")
