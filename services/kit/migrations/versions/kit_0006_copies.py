"""Copies of what other services own."""

from alembic import op

revision = "kit_0006"
down_revision = "kit_0005"
branch_labels = None
depends_on = None

_COPIES = """
CREATE TABLE local_copy (
  kind text, key text COLLATE "C", scope text NOT NULL, type text NOT NULL, payload bytea NOT NULL,
  version bigint NOT NULL, partition int, copied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (kind, key));
CREATE INDEX local_copy_scope ON local_copy (kind, scope);
CREATE TABLE copy_loaded (topic text, partition int, PRIMARY KEY (topic, partition));
"""


def upgrade() -> None:
    """Create the tables."""
    op.execute(_COPIES)
