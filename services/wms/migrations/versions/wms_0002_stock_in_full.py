"""Owners and handling units in the key of a balance, promises, lineage of lots, counts."""

from alembic import op

revision = "wms_0002"
down_revision = "wms_0001"
branch_labels = None
depends_on = None

CHANGES = (
    # What a movement changes beside location and status; there_plant stays NULL within a lot.
    """ALTER TABLE movement
        ADD owner text NOT NULL DEFAULT '', ADD hu text NOT NULL DEFAULT '',
        ADD to_plant text NOT NULL DEFAULT '', ADD to_item_no text NOT NULL DEFAULT '',
        ADD to_lot_no text NOT NULL DEFAULT '', ADD to_status text NOT NULL DEFAULT '',
        ADD to_hu text NOT NULL DEFAULT '', ADD delivery_no text NOT NULL DEFAULT '',
        ADD there_plant text, ADD there_item_no text, ADD there_lot_no text,
        ADD there_owner text NOT NULL DEFAULT '', ADD there_hu text NOT NULL DEFAULT '',
        ADD FOREIGN KEY (there_plant, there_item_no, there_lot_no) REFERENCES lot""",
    "CREATE INDEX movement_of_lot ON movement (plant, item_no, lot_no)",
    """CREATE INDEX movement_into_lot ON movement (there_plant, there_item_no, there_lot_no)
        WHERE there_plant IS NOT NULL""",
    """CREATE INDEX movement_shipped ON movement (hu)
        WHERE type = 'issue_to_delivery' AND hu <> ''""",
    "DROP INDEX movement_made",
    """CREATE INDEX movement_made ON movement (plant, order_no) INCLUDE (item_no, lot_no)
        WHERE type IN ('receipt_production', 'receipt_byproduct') AND lot_no <> ''""",
    """ALTER TABLE balance
        ADD owner text NOT NULL DEFAULT '', ADD hu text NOT NULL DEFAULT '',
        ADD reserved numeric(30, 12) NOT NULL DEFAULT 0,
        DROP CONSTRAINT balance_pkey,
        ADD PRIMARY KEY (plant, item_no, lot_no, location, status, owner, hu),
        ADD CHECK (reserved = 0 OR (reserved > 0 AND reserved <= quantity
            AND status = 'unrestricted'))""",
    "CREATE INDEX balance_packed ON balance (hu) WHERE hu <> ''",
    """ALTER TABLE lot_hold
        ADD blocks text[] NOT NULL DEFAULT '{posting,move,consume,ship}'""",
    # How many movements that stand led from one lot to another: holds go the same way.
    """CREATE TABLE lot_link (
        plant text, item_no text, lot_no text,
        into_plant text, into_item_no text, into_lot_no text,
        movements int NOT NULL,
        PRIMARY KEY (plant, item_no, lot_no, into_plant, into_item_no, into_lot_no),
        FOREIGN KEY (plant, item_no, lot_no) REFERENCES lot,
        FOREIGN KEY (into_plant, into_item_no, into_lot_no) REFERENCES lot)""",
    "CREATE INDEX lot_link_back ON lot_link (into_plant, into_item_no, into_lot_no)",
    """CREATE TABLE reservation (
        plant text, reservation_no text,
        order_no text NOT NULL, delivery_no text NOT NULL,
        item_no text NOT NULL, lot_no text NOT NULL,
        quantity numeric(30, 12) NOT NULL CHECK (quantity > 0),
        unit text NOT NULL,
        released boolean NOT NULL,
        as_of timestamptz NOT NULL,
        CHECK ((order_no = '') <> (delivery_no = '')),
        PRIMARY KEY (plant, reservation_no))""",
    """CREATE INDEX reservation_demand
        ON reservation (plant, order_no, delivery_no, reservation_no)""",
    """CREATE TABLE reservation_part (
        plant text, reservation_no text,
        item_no text, lot_no text, location text, status text, owner text, hu text,
        open numeric(30, 12) NOT NULL CHECK (open >= 0),
        consumed numeric(30, 12) NOT NULL CHECK (consumed >= 0),
        PRIMARY KEY (plant, reservation_no, item_no, lot_no, location, status, owner, hu),
        FOREIGN KEY (plant, reservation_no) REFERENCES reservation)""",
    """CREATE INDEX reservation_open ON reservation_part (plant, item_no, lot_no)
        WHERE open > 0""",
    # Positive where a movement took what was promised, negative where that was taken back.
    """CREATE TABLE reservation_use (
        plant text, reference text, reservation_no text,
        amount numeric(30, 12) NOT NULL CHECK (amount <> 0),
        PRIMARY KEY (plant, reference, reservation_no),
        FOREIGN KEY (plant, reference) REFERENCES movement (plant, reference),
        FOREIGN KEY (plant, reservation_no) REFERENCES reservation)""",
    """CREATE TABLE handling_unit (
        sscc text PRIMARY KEY CHECK (sscc ~ '^[0-9]{18}$'),
        plant text NOT NULL, location text NOT NULL,
        type text NOT NULL, state text NOT NULL,
        parent text NOT NULL CHECK (parent <> sscc),
        delivery_no text NOT NULL,
        as_of timestamptz NOT NULL)""",
    "CREATE INDEX handling_unit_listing ON handling_unit (plant, sscc)",
    "CREATE INDEX handling_unit_nested ON handling_unit (parent) WHERE parent <> ''",
    "CREATE TABLE sscc_serial (prefix text PRIMARY KEY, next bigint NOT NULL)",
    """CREATE TABLE stock_count (
        plant text, count_no text,
        state text NOT NULL,
        tolerance numeric NOT NULL CHECK (tolerance >= 0),
        as_of timestamptz NOT NULL,
        PRIMARY KEY (plant, count_no))""",
    """CREATE TABLE stock_count_line (
        plant text, count_no text, no int,
        item_no text NOT NULL, lot_no text NOT NULL, location text NOT NULL, status text NOT NULL,
        owner text NOT NULL, hu text NOT NULL,
        book numeric(30, 12), counted numeric(30, 12), unit text,
        times int NOT NULL,
        counted_by text NOT NULL,
        PRIMARY KEY (plant, count_no, no),
        FOREIGN KEY (plant, count_no) REFERENCES stock_count)""",
)


def upgrade() -> None:
    """Change and create them."""
    for statement in CHANGES:
        op.execute(statement)


def downgrade() -> None:
    """Refused: what was packed, promised or owned by others cannot be told without these."""
    raise NotImplementedError("restore a backup of before wms_0002")
