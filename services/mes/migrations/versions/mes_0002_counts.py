"""What machines counted: how far each counter is counted, and what nobody could book."""

from alembic import op

revision = "mes_0002"
down_revision = "mes_0001"
branch_labels = None
depends_on = None

TABLES = (
    "ALTER TABLE confirmation ADD COLUMN time_uncertain boolean NOT NULL DEFAULT false",
    """CREATE TABLE machine (
        equipment text PRIMARY KEY,
        plant text NOT NULL,
        epoch bigint NOT NULL,  -- the highest seen: a collector of a lower one was replaced
        read_at timestamptz) WITH (fillfactor=50)""",
    """CREATE TABLE counter (
        equipment text REFERENCES machine, counter text, unit text, incarnation text,
        total numeric(30, 12) NOT NULL CHECK (total >= 0),
        read_at timestamptz NOT NULL,
        order_no text NOT NULL, lot_no text NOT NULL,
        item_no text NOT NULL, material_lot_no text NOT NULL,
        PRIMARY KEY (equipment, counter, unit, incarnation)) WITH (fillfactor=50)""",
    """CREATE TABLE uncounted (
        no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id text NOT NULL UNIQUE,
        look text NOT NULL,
        plant text NOT NULL, equipment text NOT NULL, counter text NOT NULL,
        kind text NOT NULL, unit text NOT NULL, incarnation text NOT NULL,
        total numeric(30, 12) NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity > 0),
        item_no text NOT NULL, material_lot_no text NOT NULL, scrap_reason text NOT NULL,
        order_no_before text, lot_no_before text,  -- null where there was no look before
        order_no text NOT NULL, lot_no text NOT NULL,
        read_at timestamptz NOT NULL, offset_minutes int NOT NULL,
        time_uncertain boolean NOT NULL,
        code text NOT NULL, reason text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'booked', 'dismissed')),
        booked_order_no text, booked_lot_no text,
        settled_by text, settled_because text, settled_at timestamptz,
        CHECK ((state = 'open') = (settled_at IS NULL)),
        CHECK ((state = 'booked') = (booked_order_no IS NOT NULL)))""",
    "CREATE INDEX uncounted_plant ON uncounted (plant, no)",
    "CREATE INDEX uncounted_open ON uncounted (plant, equipment, no) WHERE state = 'open'",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what waits to be attributed is lost."""
    for table in ("uncounted", "counter", "machine"):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE confirmation DROP COLUMN time_uncertain")
