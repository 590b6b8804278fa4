"""What becomes of lots: how much is left, where they came from, and what was done with them."""

from alembic import op

revision = "mes_0005"
down_revision = "mes_0004"
branch_labels = None
depends_on = None

TABLES = (
    """ALTER TABLE lot
        ADD supplied numeric(30, 12),
        ADD spent numeric(30, 12),
        ADD expiry_at timestamptz,
        ADD country text NOT NULL DEFAULT '',
        ADD supplier_lot text NOT NULL DEFAULT '',
        ADD manufacturer text NOT NULL DEFAULT '',
        ADD attributes jsonb NOT NULL DEFAULT '{}',
        ADD quality text NOT NULL DEFAULT 'created',
        ADD disposition text NOT NULL DEFAULT 'planned',
        ADD version bigint NOT NULL DEFAULT 0""",
    "UPDATE lot SET disposition = 'in_process' WHERE produced IS NOT NULL",
    # Consumption that is kept in lots was converted to the lot's unit or is in one that converts; a
    # lot of another unit than its item's base was never booked.
    """UPDATE lot SET spent = used.amount FROM (
        SELECT plant, item_no, lot_no, unit, sum(quantity) AS amount FROM consumption
        WHERE lot_no <> '' GROUP BY 1, 2, 3, 4) AS used
        WHERE (lot.plant, lot.item_no, lot.lot_no, lot.unit)
            = (used.plant, used.item_no, used.lot_no, used.unit)""",
    """CREATE INDEX lot_expiry ON lot (expiry_at)
        WHERE quality IN ('created', 'in_inspection', 'released', 'conditional', 'blocked')""",
    # For who asks what was struck out; a trace never does.
    "CREATE INDEX genealogy_struck ON genealogy_edge (to_id) WHERE void_by IS NOT NULL",
    "ALTER TABLE lot_hold ADD source_id bigint REFERENCES lot",
    "CREATE INDEX lot_hold_inherited ON lot_hold (lot_id) WHERE source_id IS NOT NULL AND active",
    """CREATE TABLE lot_operation (
        plant text, event_id text,
        kind text NOT NULL,
        fingerprint text NOT NULL,
        occurred_at timestamptz NOT NULL, offset_minutes int NOT NULL,
        equipment text NOT NULL, reason text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (plant, event_id))""",
    """CREATE TABLE lot_entry (
        plant text, event_id text, line int,
        lot_id bigint NOT NULL REFERENCES lot,
        quantity numeric(30, 12) NOT NULL,  -- negative: went out of it
        PRIMARY KEY (plant, event_id, line),
        FOREIGN KEY (plant, event_id) REFERENCES lot_operation)""",
    """CREATE TABLE lot_receipt (
        plant text, event_id text,
        lot_id bigint NOT NULL REFERENCES lot,
        quantity numeric(30, 12) NOT NULL,
        supplier text NOT NULL, supplier_lot text NOT NULL,
        manufacturer text NOT NULL, country text NOT NULL, purchase_order_no text NOT NULL,
        void boolean NOT NULL DEFAULT false,
        PRIMARY KEY (plant, event_id),
        FOREIGN KEY (plant, event_id) REFERENCES lot_operation)""",
    "CREATE INDEX lot_receipt_lot ON lot_receipt (lot_id) WHERE NOT void",
    """CREATE TABLE lot_shipment (
        plant text, event_id text,
        lot_id bigint NOT NULL REFERENCES lot,
        quantity numeric(30, 12) NOT NULL,
        shipment_no text NOT NULL, customer text NOT NULL, sales_order_no text NOT NULL,
        void boolean NOT NULL DEFAULT false,
        PRIMARY KEY (plant, event_id),
        FOREIGN KEY (plant, event_id) REFERENCES lot_operation)""",
    "CREATE INDEX lot_shipment_lot ON lot_shipment (lot_id) WHERE NOT void",
)


def upgrade() -> None:
    """Create them."""
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what was done with lots is lost."""
    for table in ("lot_shipment", "lot_receipt", "lot_entry", "lot_operation"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX genealogy_struck")
    op.execute("ALTER TABLE lot_hold DROP source_id")
    op.execute(
        "ALTER TABLE lot DROP supplied, DROP spent, DROP expiry_at, DROP country,"
        " DROP supplier_lot, DROP manufacturer, DROP attributes, DROP quality, DROP disposition,"
        " DROP version"
    )
