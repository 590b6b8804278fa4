"""Movements, the balances folded from them, and the lots that holds and writers meet at."""

from alembic import op

revision = "wms_0001"
down_revision = None
branch_labels = ("wms",)
depends_on = "kit_0004"

TABLES = (
    # Locked by whoever moves or holds the lot; lot_no '' is all of an item without lots.
    """CREATE TABLE lot (
        plant text, item_no text, lot_no text,
        PRIMARY KEY (plant, item_no, lot_no))""",
    """CREATE TABLE lot_hold (
        plant text, item_no text, lot_no text, hold_no text,
        version bigint NOT NULL,
        active boolean NOT NULL,
        PRIMARY KEY (plant, item_no, lot_no, hold_no),
        FOREIGN KEY (plant, item_no, lot_no) REFERENCES lot)""",
    """CREATE TABLE movement (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        plant text NOT NULL, reference text NOT NULL,
        type text NOT NULL,
        item_no text NOT NULL, lot_no text NOT NULL, location text NOT NULL, status text NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity <> 0),
        unit text NOT NULL,
        occurred_at timestamptz NOT NULL,
        offset_minutes int NOT NULL,
        to_location text NOT NULL,
        order_no text NOT NULL,
        reverses text NOT NULL,
        reason text NOT NULL,
        -- what it did: this at the place above, and the opposite there
        change numeric(30, 12) NOT NULL CHECK (change IN (quantity, -quantity)),
        there_location text,
        there_status text CHECK ((there_status IS NULL) = (there_location IS NULL)),
        recorded_at timestamptz NOT NULL,
        UNIQUE (plant, reference),
        FOREIGN KEY (plant, item_no, lot_no) REFERENCES lot)""",
    "CREATE UNIQUE INDEX movement_reversal ON movement (plant, reverses) WHERE reverses <> ''",
    "CREATE INDEX movement_listing ON movement (plant, id)",
    """CREATE INDEX movement_made ON movement (plant, order_no) INCLUDE (item_no, lot_no)
        WHERE type = 'receipt_production' AND lot_no <> ''""",
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a movement stays as it was recorded; take it back by a reversal';
        END $$""",
    """CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON movement
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
    # Below zero only what an issue to an order ran ahead of, where a plant allows it.
    """CREATE TABLE balance (
        plant text, item_no text, lot_no text, location text, status text,
        quantity numeric(30, 12) NOT NULL CHECK (quantity >= 0 OR status = 'unrestricted'),
        unit text NOT NULL,
        as_of timestamptz NOT NULL,
        PRIMARY KEY (plant, item_no, lot_no, location, status)) WITH (fillfactor=80)""",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what was moved is lost."""
    for table in ("balance", "movement", "lot_hold", "lot", "item"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change")
