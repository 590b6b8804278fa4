"""Confirmations in full: outputs of every operation, reversals, returns, backflush, times, people."""

from alembic import op

revision = "mes_0004"
down_revision = "mes_0003"
branch_labels = None
depends_on = None

TABLES = (
    """ALTER TABLE operation
        ADD control text NOT NULL DEFAULT '',
        ADD good numeric(30, 12) NOT NULL DEFAULT 0,
        ADD scrap numeric(30, 12) NOT NULL DEFAULT 0,
        ADD rework numeric(30, 12) NOT NULL DEFAULT 0""",
    # covered = the output that backflush booked for, booked = what it booked, in booked_unit
    """ALTER TABLE component
        ADD backflush boolean NOT NULL DEFAULT false,
        ADD operation int NOT NULL DEFAULT 0,
        ADD lot_no text NOT NULL DEFAULT '',
        ADD covered numeric(30, 12), ADD booked numeric(30, 12), ADD booked_unit text""",
    """ALTER TABLE confirmation
        ADD passed numeric(30, 12),
        ADD labour numeric(30, 12), ADD labour_unit text,
        ADD machine numeric(30, 12), ADD machine_unit text,
        ADD started_at timestamptz, ADD started_offset int,
        ADD ended_at timestamptz, ADD ended_offset int,
        ADD operator text NOT NULL DEFAULT '',  -- a pseudonym
        ADD reverses bigint NOT NULL DEFAULT 0,
        ADD reason text NOT NULL DEFAULT ''""",
    # Once.
    """CREATE UNIQUE INDEX confirmation_reverses ON confirmation (plant, order_no, reverses)
        WHERE reverses > 0""",
    # What is returned stands as a negative quantity, and so does what is taken back.
    """ALTER TABLE consumption ADD way text NOT NULL DEFAULT 'issue'
        CHECK (way IN ('issue', 'backflush', 'return'))""",
    "CREATE INDEX consumption_lot ON consumption (plant, item_no, lot_no) WHERE lot_no <> ''",
    """CREATE TABLE operator (
        plant text, operator_id text,
        pseudonym text NOT NULL,
        PRIMARY KEY (plant, operator_id),
        UNIQUE (plant, pseudonym))""",
    # What was reported before counts for its operation.
    """UPDATE operation o SET good = c.good, rework = c.rework
        FROM (SELECT plant, order_no, operation, sum(good) AS good, sum(rework) AS rework
            FROM confirmation GROUP BY 1, 2, 3) c
        WHERE (o.plant, o.order_no, o.sequence) = (c.plant, c.order_no, c.operation)""",
    """UPDATE operation o SET scrap = s.scrap
        FROM (SELECT plant, order_no, c.operation, sum(s.quantity) AS scrap
            FROM confirmation c JOIN scrap s USING (plant, order_no, no) GROUP BY 1, 2, 3) s
        WHERE (o.plant, o.order_no, o.sequence) = (s.plant, s.order_no, s.operation)""",
)


def upgrade() -> None:
    """Change them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """As before; what only these columns knew is lost."""
    for statement in (
        "DROP TABLE operator",
        "DROP INDEX consumption_lot",
        "ALTER TABLE consumption DROP way",
        "DROP INDEX confirmation_reverses",
        "ALTER TABLE confirmation DROP passed, DROP labour, DROP labour_unit, DROP machine,"
        " DROP machine_unit, DROP started_at, DROP started_offset, DROP ended_at,"
        " DROP ended_offset, DROP operator, DROP reverses, DROP reason",
        "ALTER TABLE component DROP backflush, DROP operation, DROP lot_no, DROP covered,"
        " DROP booked, DROP booked_unit",
        "ALTER TABLE operation DROP control, DROP good, DROP scrap, DROP rework",
    ):
        op.execute(statement)
