"""What each posting was rounded to, so that its order's next one carries what was left over."""

from alembic import op

revision = "erp_0002"
down_revision = "erp_0001"
branch_labels = None
depends_on = None

_ROUNDING = """
CREATE TABLE posting_rounding (
  system text, reference text, line int, key text NOT NULL, kind text NOT NULL, item_no text NOT NULL,
  unit text NOT NULL, exact numeric(30, 12) NOT NULL, posted numeric(30, 12) NOT NULL,
  reversed_by text NOT NULL DEFAULT '', PRIMARY KEY (system, reference, line));
CREATE INDEX posting_rounding_key ON posting_rounding (system, key, kind, item_no, unit);
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(_ROUNDING)
