"""The table of changes becomes part of the audit: its rows are carried over, to be sealed."""

from alembic import op

revision = "reference_0004"
down_revision = "reference_0003"
branch_labels = None
depends_on = "kit_0007"

# The old rows were never protected: their seal says how they were at this migration, no more.
_CARRY = """
INSERT INTO audit_unsealed (partition, at, who, via, kind, key, old, new, reason, service, method,
  schema_version, mapping_version, correlation)
SELECT 0, at, who, '', kind, array_to_string(key, '/'), old, new, 'carried over from the table change',
  'reference', 'reference_0004', 1, 0, '' FROM change ORDER BY id;
DROP TABLE change;
"""


def upgrade() -> None:
    """Carry the rows over and drop the table."""
    op.execute(_CARRY)
