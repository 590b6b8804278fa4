"""Machines as they were last told of, and what their counters showed."""

from alembic import op

revision = "telemetry_0001"
down_revision = None
branch_labels = ("telemetry",)
depends_on = "kit_0004"

TABLES = (
    # A row is the lock on its machine, and its fence: the epoch only grows.
    """CREATE TABLE machine (
        equipment text COLLATE "C" PRIMARY KEY,
        plant text NOT NULL,
        epoch bigint NOT NULL,
        -- what it works on now, by its newest look or state
        order_no text NOT NULL DEFAULT '',
        read_at timestamptz,
        read_offset int,
        look_quality text,
        gap_since timestamptz,
        look_order_no text,
        look_lot_no text,
        state text,
        mode text,
        state_quality text,
        since timestamptz,
        since_offset int,
        state_order_no text,
        state_lot_no text) WITH (fillfactor=80)""",
    "CREATE INDEX machine_listing ON machine (plant, equipment)",
    "CREATE INDEX machine_at_work ON machine (plant, order_no) WHERE order_no <> ''",
    """CREATE TABLE counter (
        equipment text COLLATE "C" REFERENCES machine, counter text,
        place int NOT NULL,
        kind text NOT NULL,
        reading numeric(30, 12) NOT NULL,
        unit text NOT NULL,
        incarnation text NOT NULL,
        item_no text NOT NULL,
        lot_no text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (equipment, counter)) WITH (fillfactor=80)""",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; the collectors tell again what the machines show now."""
    for table in ("counter", "machine"):
        op.execute(f"DROP TABLE {table}")
