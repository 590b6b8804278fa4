"""Production orders, the lots and holds of their postings, and marks."""

from alembic import op

revision = "erp_0001"
down_revision = None
branch_labels = ("erp",)
depends_on = "kit_0006"

_ORDERS = """
CREATE TABLE production_order (
  plant text, order_no text COLLATE "C", system text NOT NULL, item_no text NOT NULL,
  amount numeric(30, 12) NOT NULL CHECK (amount > 0), unit text NOT NULL,
  lifecycle text NOT NULL CHECK (lifecycle IN ('planned', 'released', 'closed', 'cancelled')),
  confirmation text NOT NULL CHECK (confirmation IN ('none', 'partial', 'full')),
  delivery text NOT NULL CHECK (delivery IN ('none', 'partial', 'full')),
  technically_complete boolean NOT NULL, material_shortage boolean NOT NULL, quality_hold boolean NOT NULL,
  version text NOT NULL, as_of timestamptz NOT NULL, due_start timestamptz, due_end timestamptz,
  components jsonb NOT NULL, operations jsonb NOT NULL, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (plant, order_no));
CREATE TABLE order_mark (system text PRIMARY KEY, mark text NOT NULL);
"""

_HOLDS = """
CREATE TABLE lot (plant text, item_no text, lot_no text, PRIMARY KEY (plant, item_no, lot_no));
CREATE TABLE lot_hold (
  plant text, item_no text, lot_no text, hold_no text, active boolean NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (plant, item_no, lot_no, hold_no));
CREATE TABLE posting_lot (
  plant text, item_no text, lot_no text, system text, reference text,
  PRIMARY KEY (plant, item_no, lot_no, system, reference));
CREATE INDEX posting_lot_reference ON posting_lot (system, reference);
"""


def upgrade() -> None:
    """Create the tables."""
    for statements in (_ORDERS, _HOLDS):
        op.execute(statements)
