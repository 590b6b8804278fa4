"""Genealogy keeps every edge with the event it follows from; what did not occur is void."""

from alembic import op

revision = "mes_0003"
down_revision = "mes_0002"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE genealogy_void (
        plant text, event_id text,
        order_no text NOT NULL,  -- '' where no order reported it
        reason text NOT NULL CHECK (reason IN ('did_not_occur', 'incorrect_data')),
        corrective text[] NOT NULL,  -- ids of the events that say it right
        declared_by text NOT NULL, declared_at timestamptz NOT NULL,
        PRIMARY KEY (plant, event_id))""",
    "CREATE INDEX genealogy_void_order ON genealogy_void (plant, order_no) WHERE order_no <> ''",
    "DROP INDEX genealogy_backward",
    "ALTER TABLE genealogy_edge DROP CONSTRAINT genealogy_edge_pkey",
    # An edge of before has no event: a rebuild gives it one.
    """ALTER TABLE genealogy_edge
        ADD operation int NOT NULL DEFAULT 0,
        ADD event_id text NOT NULL DEFAULT '',
        ADD kind text NOT NULL DEFAULT 'transform',
        ADD made numeric(30, 12),
        ADD occurred_at timestamptz NOT NULL DEFAULT now(),
        ADD offset_minutes int NOT NULL DEFAULT 0,
        ADD equipment text NOT NULL DEFAULT '',
        ADD void_by text,  -- the event whose voiding struck it out
        ADD PRIMARY KEY (from_id, to_id, order_no, operation, event_id)""",
    # A trace reads one of these alone, and steps over nothing that is void.
    "CREATE INDEX genealogy_forward ON genealogy_edge (from_id, to_id) WHERE void_by IS NULL",
    "CREATE INDEX genealogy_backward ON genealogy_edge (to_id, from_id) WHERE void_by IS NULL",
)


def upgrade() -> None:
    """Change them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """As before; what is void is gone, for an edge could not say so."""
    for statement in (
        "DROP TABLE genealogy_void",
        "DROP INDEX genealogy_forward",
        "DROP INDEX genealogy_backward",
        "ALTER TABLE genealogy_edge DROP CONSTRAINT genealogy_edge_pkey",
        "CREATE TEMP TABLE kept AS SELECT from_id, to_id, order_no, sum(quantity) AS quantity"
        " FROM genealogy_edge WHERE void_by IS NULL GROUP BY 1, 2, 3",
        "DELETE FROM genealogy_edge",
        "ALTER TABLE genealogy_edge DROP operation, DROP event_id, DROP kind, DROP made,"
        " DROP occurred_at, DROP offset_minutes, DROP equipment, DROP void_by",
        "INSERT INTO genealogy_edge SELECT * FROM kept",
        "DROP TABLE kept",
        "ALTER TABLE genealogy_edge ADD PRIMARY KEY (from_id, to_id, order_no)",
        "CREATE INDEX genealogy_backward ON genealogy_edge (to_id, from_id)",
    ):
        op.execute(statement)
