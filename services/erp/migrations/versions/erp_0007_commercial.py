"""Sales and purchase orders, the lots meant for sales lines, and marks of each kind of order."""

from alembic import op

revision = "erp_0007"
down_revision = "erp_0006"
branch_labels = None
depends_on = None

_ORDERS = """
CREATE TABLE commercial_order (
  trade text CHECK (trade IN ('sales_order', 'purchase_order')), plant text, order_no text COLLATE "C",
  system text NOT NULL, partner text NOT NULL, status jsonb NOT NULL, version text NOT NULL,
  as_of timestamptz NOT NULL, lines jsonb NOT NULL, currency text NOT NULL, reference text NOT NULL,
  ordered_on date, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (trade, plant, order_no));
CREATE INDEX commercial_order_number ON commercial_order (trade, order_no);
CREATE TABLE lot_allocation (
  plant text, order_no text COLLATE "C", line_no bigint, item_no text, lot_no text,
  amount numeric(30, 12) NOT NULL CHECK (amount > 0), unit text NOT NULL,
  PRIMARY KEY (plant, order_no, line_no, item_no, lot_no));
CREATE INDEX lot_allocation_lot ON lot_allocation (plant, item_no, lot_no);
"""
_MAKING = """
ALTER TABLE production_order ADD COLUMN sales_order_no text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN sales_line_no bigint NOT NULL DEFAULT 0;
CREATE INDEX production_order_sales ON production_order (plant, sales_order_no) WHERE sales_order_no <> '';
"""
_MARKS = """
ALTER TABLE order_mark ADD COLUMN kind text NOT NULL DEFAULT 'production_order';
ALTER TABLE order_mark DROP CONSTRAINT order_mark_pkey, ADD PRIMARY KEY (system, kind);
"""


def upgrade() -> None:
    """Create the tables; marks of before are those of production orders."""
    for statements in (_ORDERS, _MAKING, _MARKS):
        op.execute(statements)
