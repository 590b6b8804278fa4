"""Holds that name no lots: their scopes, and by what lots are found that came under one."""

from alembic import op

revision = "wms_0006"
down_revision = "wms_0005"
branch_labels = None
depends_on = None

STATEMENTS = (
    # An order; an item and days; a party and its lot. Of equipment nothing: mes holds what it made.
    """CREATE TABLE hold_scope (
        hold_no text PRIMARY KEY,
        plant text NOT NULL,
        active boolean NOT NULL,
        version bigint NOT NULL,
        blocks text[] NOT NULL,
        order_no text NOT NULL,
        item_no text NOT NULL,
        first_day date NOT NULL, last_day date NOT NULL,
        party text NOT NULL, supplier_lot text NOT NULL)""",
    "CREATE INDEX hold_scope_active ON hold_scope (plant) WHERE active",
    "CREATE INDEX lot_hold_of ON lot_hold (hold_no) WHERE active",
    """CREATE INDEX movement_came ON movement (plant, item_no, occurred_at)
        WHERE type IN ('receipt_production', 'receipt_byproduct', 'receipt_purchase',
            'receipt_gr_blocked', 'receipt_valuated')""",
    """CREATE INDEX movement_supplier ON movement
        (plant, (trade -> 'origin' ->> 'supplier_lot'))
        WHERE type IN ('receipt_purchase', 'receipt_gr_blocked', 'receipt_valuated')""",
)


def upgrade() -> None:
    """Create them; indexes of large tables are built while receipts wait."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what is held stays held."""
    for index in ("movement_supplier", "movement_came", "lot_hold_of"):
        op.execute(f"DROP INDEX {index}")
    op.execute("DROP TABLE hold_scope")
