"""What is said of whole lots, and who signed for it."""

from alembic import op

revision = "quality_0003"
down_revision = "quality_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of lots inspected before it is told when it changes next."""
    op.execute(
        """CREATE TABLE lot (
            plant text, item_no text, lot_no text,
            as_of timestamptz NOT NULL,
            status text NOT NULL DEFAULT 'created',
            version bigint NOT NULL DEFAULT 0,   -- of how many words on it
            verdict text,                        -- people's own, null where inspections decide
            signed_by text NOT NULL DEFAULT '',  -- the first of two who release it
            signatures text[] NOT NULL DEFAULT '{}',
            reason text NOT NULL DEFAULT '',
            PRIMARY KEY (plant, item_no, lot_no)) WITH (fillfactor=80)"""
    )


def downgrade() -> None:
    """What people said of lots is lost."""
    op.execute("DROP TABLE lot")
