"""Verifications of the audit as they are remembered: how far each is, and what it found."""

from alembic import op

revision = "kit_0008"
down_revision = "kit_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create their table; `place` is where one goes on, an AuditPlace, empty at its beginning."""
    op.execute(
        """CREATE TABLE audit_run (
            name text PRIMARY KEY,
            whole boolean NOT NULL,
            place bytea NOT NULL DEFAULT '',
            seals bigint NOT NULL DEFAULT 0, rows bigint NOT NULL DEFAULT 0,
            findings bigint NOT NULL DEFAULT 0,
            began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            ended_at timestamptz)"""
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE audit_run")
