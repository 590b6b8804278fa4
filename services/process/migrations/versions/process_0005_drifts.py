"""Runs of the reconciliation with the ERPs, and the drift that they found."""

from alembic import op

revision = "process_0005"
down_revision = "process_0004"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE drift (
        no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plant text NOT NULL, kind text NOT NULL,
        item_no text NOT NULL, lot_no text NOT NULL, status text NOT NULL, order_no text NOT NULL,
        ours numeric NOT NULL, theirs numeric NOT NULL, in_flight numeric NOT NULL,
        unit text NOT NULL,
        first_seen timestamptz NOT NULL, last_seen timestamptz NOT NULL,
        seen int NOT NULL,
        resolved_at timestamptz)""",
    """CREATE UNIQUE INDEX drift_open ON drift (plant, kind, item_no, lot_no, status, order_no)
        WHERE resolved_at IS NULL""",
    "CREATE INDEX drift_listing ON drift (plant, no)",
    """CREATE TABLE reconciliation (
        no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plant text NOT NULL,
        day date,  -- the plant's own, of a nightly one
        asked_by text NOT NULL, asked_at timestamptz NOT NULL,
        ended_at timestamptz,
        compared int NOT NULL DEFAULT 0, uncompared int NOT NULL DEFAULT 0,
        drifting int NOT NULL DEFAULT 0,
        trouble text NOT NULL DEFAULT '',
        UNIQUE (plant, day))""",
    "CREATE INDEX reconciliation_due ON reconciliation (no) WHERE ended_at IS NULL",
)


def upgrade() -> None:
    """Create them; nothing is locked."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what drifts is found anew."""
    op.execute("DROP TABLE drift")
    op.execute("DROP TABLE reconciliation")
