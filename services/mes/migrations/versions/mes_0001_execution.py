"""Work orders, their confirmations, lots and genealogy."""

from alembic import op

revision = "mes_0001"
down_revision = None
branch_labels = ("mes",)
depends_on = "kit_0004"

TABLES = (
    """CREATE TABLE work_order (
        plant text, order_no text,
        item_no text NOT NULL,
        unit text NOT NULL,
        ordered numeric(30, 12) NOT NULL CHECK (ordered > 0),
        over_tolerance numeric NOT NULL,
        due_start timestamptz,
        due_end timestamptz,
        lifecycle text NOT NULL,
        good numeric(30, 12) NOT NULL,
        scrap numeric(30, 12) NOT NULL,
        rework numeric(30, 12) NOT NULL,
        ended int[] NOT NULL,  -- operations reported final
        last_no bigint NOT NULL,
        version bigint NOT NULL,
        as_of timestamptz NOT NULL,
        PRIMARY KEY (plant, order_no)) WITH (fillfactor=80)""",
    """CREATE TABLE operation (
        plant text, order_no text, sequence int,
        segment text NOT NULL,
        work_center text NOT NULL,
        PRIMARY KEY (plant, order_no, sequence),
        FOREIGN KEY (plant, order_no) REFERENCES work_order)""",
    """CREATE TABLE component (
        plant text, order_no text, line int,
        position bigint NOT NULL,
        item_no text NOT NULL,
        quantity numeric(30, 12) NOT NULL,
        unit text NOT NULL,
        PRIMARY KEY (plant, order_no, line),
        FOREIGN KEY (plant, order_no) REFERENCES work_order)""",
    """CREATE TABLE confirmation (
        plant text, order_no text, no bigint,
        id text NOT NULL,
        operation int NOT NULL,
        lot_no text NOT NULL,
        unit text NOT NULL,
        good numeric(30, 12) NOT NULL,
        rework numeric(30, 12) NOT NULL,
        occurred_at timestamptz NOT NULL,
        offset_minutes int NOT NULL,
        equipment text NOT NULL,
        final boolean NOT NULL,
        completes boolean NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (plant, order_no, no),
        UNIQUE (plant, id),
        FOREIGN KEY (plant, order_no) REFERENCES work_order)""",
    """CREATE TABLE scrap (
        plant text, order_no text, no bigint, line int,
        quantity numeric(30, 12) NOT NULL,
        unit text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (plant, order_no, no, line),
        FOREIGN KEY (plant, order_no, no) REFERENCES confirmation)""",
    """CREATE TABLE consumption (
        plant text, order_no text, no bigint, line int,
        item_no text NOT NULL,
        lot_no text NOT NULL,
        quantity numeric(30, 12) NOT NULL,
        unit text NOT NULL,
        -- a lot consumed without saying which lot it went into
        loose boolean NOT NULL,
        PRIMARY KEY (plant, order_no, no, line),
        FOREIGN KEY (plant, order_no, no) REFERENCES confirmation)""",
    "CREATE INDEX consumption_loose ON consumption (plant, order_no) WHERE loose",
    """CREATE TABLE lot (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plant text NOT NULL, item_no text NOT NULL, lot_no text NOT NULL,
        order_no text NOT NULL,
        unit text NOT NULL,
        produced numeric(30, 12),
        produced_at timestamptz,
        as_of timestamptz NOT NULL,
        UNIQUE (plant, item_no, lot_no)) WITH (fillfactor=90)""",
    "CREATE INDEX lot_order ON lot (plant, order_no) WHERE order_no <> ''",
    """CREATE TABLE lot_hold (
        lot_id bigint REFERENCES lot, hold_no text,
        version bigint NOT NULL,
        active boolean NOT NULL,
        PRIMARY KEY (lot_id, hold_no))""",
    # A trace reads the indexes alone, whichever way it goes.
    """CREATE TABLE genealogy_edge (
        from_id bigint REFERENCES lot, to_id bigint REFERENCES lot, order_no text,
        quantity numeric(30, 12),
        PRIMARY KEY (from_id, to_id, order_no))""",
    "CREATE INDEX genealogy_backward ON genealogy_edge (to_id, from_id)",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what was confirmed is lost."""
    for table in (
        "genealogy_edge", "lot_hold", "lot", "consumption", "scrap", "confirmation", "component",
        "operation", "work_order",
    ):  # fmt: skip
        op.execute(f"DROP TABLE {table}")
