"""Facts, effects, ledgers of yields, holds, and the executors that work on them."""

from alembic import op

revision = "process_0001"
down_revision = None
branch_labels = ("process",)
depends_on = "kit_0004"

# open -> done | refused; a refused one is open again when its cause is removed.
REFUSAL = """state text NOT NULL DEFAULT 'open',
        until text NOT NULL DEFAULT '', code text NOT NULL DEFAULT '',
        field text NOT NULL DEFAULT '', reason text NOT NULL DEFAULT '',
        refused_at timestamptz, again_at timestamptz"""

TABLES = (
    """CREATE TABLE flow (
        key text PRIMARY KEY,
        tries int NOT NULL DEFAULT 0,
        wakes bigint NOT NULL DEFAULT 0,      -- of the sweeper: it names its workflows <key>#<wakes>
        look_at timestamptz NOT NULL,         -- when the sweeper looks at it, if something is open
        trouble text NOT NULL DEFAULT '',
        trouble_since timestamptz) WITH (fillfactor=80)""",
    # id is the event's and names the workflow that was woken for it: business key -> workflow ids.
    f"""CREATE TABLE fact (
        id text PRIMARY KEY,
        flow text NOT NULL REFERENCES flow,
        saga text NOT NULL, track text NOT NULL, kind text NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY,
        content jsonb NOT NULL,
        actor text NOT NULL, traceparent text NOT NULL,
        {REFUSAL}) WITH (fillfactor=80)""",
    "CREATE INDEX fact_open ON fact (flow, place) WHERE state <> 'done'",
    "CREATE INDEX fact_of_flow ON fact (flow, kind)",
    "CREATE INDEX fact_again ON fact (again_at) WHERE again_at IS NOT NULL",
    f"""CREATE TABLE effect (
        at text, reference text,
        flow text NOT NULL REFERENCES flow,
        track text NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY,
        kind text NOT NULL, content jsonb NOT NULL,
        lot text NOT NULL,                    -- "<plant>/<item>/<lot>" that it waits for, or ''
        quantity numeric(30, 12), unit text,
        actor text NOT NULL, traceparent text NOT NULL,
        settled_at timestamptz,
        posting text NOT NULL DEFAULT '',     -- the ERP's word: posted, refused, skipped
        document text NOT NULL DEFAULT '', posting_reason text NOT NULL DEFAULT '',
        told_at timestamptz,
        {REFUSAL},
        PRIMARY KEY (at, reference)) WITH (fillfactor=70)""",
    "CREATE INDEX effect_open ON effect (flow, at, place) WHERE state <> 'done'",
    "CREATE INDEX effect_unposted ON effect (flow) WHERE at = 'erp' AND posting <> 'posted'",
    "CREATE INDEX effect_held ON effect (lot) WHERE until = 'release' AND state = 'refused'",
    "CREATE INDEX effect_again ON effect (again_at) WHERE again_at IS NOT NULL",
    """CREATE TABLE output (
        plant text, order_no text, number bigint,
        item_no text NOT NULL, lot_no text NOT NULL,
        inspection_no text NOT NULL,
        good numeric(30, 12) NOT NULL,
        waiting numeric(30, 12) NOT NULL CHECK (waiting BETWEEN 0 AND good),
        unit text NOT NULL, traceparent text NOT NULL,
        booked_at timestamptz NOT NULL,
        PRIMARY KEY (plant, order_no, number)) WITH (fillfactor=80)""",
    """CREATE INDEX output_waiting ON output (plant, order_no, inspection_no, number)
        WHERE waiting > 0""",
    """CREATE TABLE disposition (
        inspection_no text, split_no bigint,
        plant text NOT NULL, order_no text NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY,
        outcome text NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity > 0),
        rest numeric(30, 12) NOT NULL CHECK (rest BETWEEN 0 AND quantity),
        unit text NOT NULL,
        actor text NOT NULL, traceparent text NOT NULL,
        PRIMARY KEY (inspection_no, split_no)) WITH (fillfactor=80)""",
    """CREATE INDEX disposition_waiting ON disposition (plant, order_no, inspection_no)
        WHERE rest > 0""",
    """CREATE TABLE part (
        plant text, order_no text, number bigint, inspection_no text, split_no bigint,
        lot_no text NOT NULL,
        outcome text NOT NULL, fate text NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity > 0), unit text NOT NULL,
        PRIMARY KEY (plant, order_no, number, inspection_no, split_no))""",
    """CREATE TABLE hold (
        hold_no text PRIMARY KEY,
        plant text NOT NULL,
        roots jsonb NOT NULL,
        active boolean NOT NULL, version bigint NOT NULL)""",
    """CREATE TABLE hold_lot (
        plant text, item_no text, lot_no text, hold_no text REFERENCES hold,
        active boolean NOT NULL, version bigint NOT NULL,
        PRIMARY KEY (plant, item_no, lot_no, hold_no))""",
    "CREATE INDEX hold_lot_of_hold ON hold_lot (hold_no)",
    """CREATE INDEX hold_lot_by_name ON hold_lot ((plant || '/' || item_no || '/' || lot_no))
        WHERE active""",
    """CREATE TABLE executor (
        id text PRIMARY KEY,
        version text NOT NULL,
        beat bigint NOT NULL)""",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    tables = ("executor", "hold_lot", "hold", "part", "disposition", "output", "effect", "fact")
    for table in (*tables, "flow"):
        op.execute(f"DROP TABLE {table}")
