"""The journal: entries and lines that stay as booked, stock in money, and what waits for finance."""

from alembic import op

revision = "erp_0005"
down_revision = "erp_0004"
branch_labels = None
depends_on = None

# amount: minor units of the entry's currency, positive in debit. exact: the same without rounding.
_JOURNAL = """
CREATE TABLE journal_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, plant text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('movement', 'revaluation', 'settlement')), reference text NOT NULL,
  business_date date NOT NULL, currency text NOT NULL, order_no text COLLATE "C" NOT NULL,
  reverses text NOT NULL, text text NOT NULL, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (plant, kind, reference));
CREATE INDEX journal_entry_listing ON journal_entry (plant, id);
CREATE INDEX journal_entry_order ON journal_entry (plant, order_no, id) WHERE order_no <> '';
CREATE TABLE journal_line (
  entry bigint REFERENCES journal_entry, line int, plant text NOT NULL, account text NOT NULL,
  role text NOT NULL, amount bigint NOT NULL, exact numeric(38, 12) NOT NULL, item_no text NOT NULL,
  quantity numeric(60, 24) NOT NULL, PRIMARY KEY (entry, line));
CREATE INDEX journal_line_account ON journal_line (plant, account, entry);
"""
_GUARDS = """
CREATE FUNCTION refuse_change_of_journal() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'an entry stays as it was booked; a reversal takes it back';
  END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_journal();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_line
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_journal();
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF EXISTS (SELECT FROM added GROUP BY entry, plant HAVING sum(amount) <> 0 OR sum(exact) <> 0) THEN
      RAISE EXCEPTION 'debit is not credit';
    END IF;
    RETURN NULL;
  END $$;
CREATE TRIGGER balanced AFTER INSERT ON journal_line REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced();
"""
_STOCK = """
CREATE TABLE stock_value (
  plant text, item_no text, account text, currency text, quantity numeric(60, 24) NOT NULL,
  exact numeric(38, 12) NOT NULL, posted bigint NOT NULL, cost_from date NOT NULL,
  PRIMARY KEY (plant, item_no, account, currency));
"""
_QUEUE = """
CREATE TABLE parked_document (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, plant text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('movement', 'settlement')), reference text NOT NULL,
  order_no text COLLATE "C" NOT NULL, code text NOT NULL, wants text NOT NULL, reason text NOT NULL,
  movement jsonb, since timestamptz NOT NULL DEFAULT clock_timestamp(), UNIQUE (plant, kind, reference));
CREATE INDEX parked_document_listing ON parked_document (plant, id);
CREATE INDEX parked_document_order ON parked_document (plant, order_no) WHERE order_no <> '';
"""
# Items and costs are copied from now on: they come with the owner's snapshot.
_COPIES = "DELETE FROM copy_loaded WHERE topic = 'plantmesh.reference'"


def upgrade() -> None:
    """Create the tables, and let the copies come anew."""
    for statements in (_JOURNAL, _GUARDS, _STOCK, _QUEUE, _COPIES):
        op.execute(statements)
