"""Inspections with results and dispositions, holds, and the copy of the item master."""

from alembic import op

revision = "quality_0001"
down_revision = None
branch_labels = ("quality",)
depends_on = "kit_0004"

TABLES = (
    """CREATE TABLE inspection (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plant text NOT NULL, item_no text NOT NULL, lot_no text NOT NULL, order_no text NOT NULL,
        unit text NOT NULL,
        submitted numeric(30, 12) NOT NULL,
        decided numeric(30, 12) NOT NULL CHECK (decided >= 0),
        state text NOT NULL,
        measured int NOT NULL,
        failed int NOT NULL CHECK (failed BETWEEN 0 AND measured),
        version bigint NOT NULL,
        as_of timestamptz NOT NULL,
        CHECK (decided <= submitted),
        UNIQUE (plant, item_no, lot_no, order_no)) WITH (fillfactor=80)""",
    "CREATE INDEX inspection_plant ON inspection (plant, id)",
    """CREATE TABLE disposition (
        inspection_id bigint REFERENCES inspection, split_no int,
        outcome text NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity > 0),
        reason text NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        PRIMARY KEY (inspection_id, split_no))""",
    """CREATE TABLE result (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        inspection_id bigint NOT NULL REFERENCES inspection,
        characteristic text NOT NULL, sample text NOT NULL, version int NOT NULL,
        value numeric(30, 12) NOT NULL,
        unit text NOT NULL,
        passed boolean NOT NULL,
        measured_at timestamptz NOT NULL,
        offset_minutes int NOT NULL,
        instrument text NOT NULL,
        reason text NOT NULL,
        recorded_by text NOT NULL,
        recorded_at timestamptz NOT NULL,
        UNIQUE (inspection_id, characteristic, sample, version))""",
    "CREATE INDEX result_recorded ON result (inspection_id, id)",
    # inspection_id is null where no inspection was due, item_version until the verdict is given.
    """CREATE TABLE submission (
        source text PRIMARY KEY,
        plant text NOT NULL, item_no text NOT NULL, lot_no text NOT NULL, order_no text NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity > 0),
        unit text NOT NULL,
        inspection_id bigint REFERENCES inspection,
        item_version bigint,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp())""",
    "CREATE INDEX submission_made ON submission (plant, order_no) INCLUDE (item_no, lot_no)",
    """CREATE INDEX submission_excused ON submission (plant, item_no, lot_no)
        WHERE inspection_id IS NULL""",
    """CREATE TABLE hold (
        hold_no text PRIMARY KEY,
        plant text NOT NULL,
        reason text NOT NULL,
        placed_by text NOT NULL,
        placed_at timestamptz NOT NULL,
        state text NOT NULL,
        version bigint NOT NULL,
        covered bigint NOT NULL,
        release_reason text, released_by text, released_at timestamptz,
        as_of timestamptz NOT NULL) WITH (fillfactor=80)""",
    """CREATE TABLE hold_lot (
        hold_no text REFERENCES hold, plant text, item_no text, lot_no text,
        root boolean NOT NULL,  -- named when it was placed
        PRIMARY KEY (hold_no, plant, item_no, lot_no))""",
    "CREATE INDEX hold_lot_lot ON hold_lot (plant, item_no, lot_no)",
    "CREATE INDEX hold_lot_root ON hold_lot (hold_no) WHERE root",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what was decided is lost."""
    for table in (
        "hold_lot", "hold", "submission", "result", "disposition", "inspection",
    ):  # fmt: skip
        op.execute(f"DROP TABLE {table}")
