"""Postings that are set aside: they wait without a place in their lane, and hold nothing up."""

from alembic import op

revision = "kit_0005"
down_revision = "kit_0004"
branch_labels = None
depends_on = None

_ASIDE = """
ALTER TABLE lane_entry ADD COLUMN aside text NOT NULL DEFAULT '';
DROP INDEX lane_due;
CREATE INDEX lane_due ON lane_entry (system, id)
  WHERE state IN ('ready', 'sending', 'awaiting') AND (aside = '' OR state <> 'ready');
"""


def upgrade() -> None:
    """Add the column; the claim does not look at what is aside."""
    op.execute(_ASIDE)
