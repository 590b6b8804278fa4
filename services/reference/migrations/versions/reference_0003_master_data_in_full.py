"""Items, bills, routings, equipment and parties in full; locations, reasons, changes, costs."""

from alembic import op

revision = "reference_0003"
down_revision = "reference_0002"
branch_labels = None
depends_on = None

# Columns are the fields of the domain's records, as in reference_0001; parts of keys are text.
_WIDER = """
ALTER TABLE item
  ADD serial_controlled boolean NOT NULL DEFAULT false, ADD shelf_life_days int NOT NULL DEFAULT 0,
  ADD revision text NOT NULL DEFAULT '', ADD gtin text NOT NULL DEFAULT '', ADD hazard text NOT NULL DEFAULT '',
  ADD lifecycle text NOT NULL DEFAULT 'effective'
    CHECK (lifecycle IN ('draft', 'approved', 'released', 'effective', 'withdrawn')),
  ADD classes jsonb NOT NULL DEFAULT '[]', ADD net_weight jsonb;
ALTER TABLE bill ADD valid_from date, ADD valid_to date, ADD eco_no text NOT NULL DEFAULT '';
ALTER TABLE routing ADD valid_from date, ADD valid_to date, ADD eco_no text NOT NULL DEFAULT '';
ALTER TABLE equipment
  ADD equipment_class text NOT NULL DEFAULT '', ADD oee_target text NOT NULL DEFAULT '',
  ADD ideal_cycle jsonb, ADD calendar text NOT NULL DEFAULT '';
ALTER TABLE party
  ADD gln text NOT NULL DEFAULT '', ADD duns text NOT NULL DEFAULT '', ADD vat text NOT NULL DEFAULT '',
  ADD bpn text NOT NULL DEFAULT '', ADD edi_profile text NOT NULL DEFAULT '', ADD scopes jsonb NOT NULL DEFAULT '[]';
"""

_PLACES = """
CREATE TABLE location (
  plant text COLLATE "C", storage_location text COLLATE "C", bin text COLLATE "C", type text NOT NULL,
  gln text NOT NULL, zone text NOT NULL, quarantine boolean NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (plant, storage_location, bin));
CREATE TABLE reason (
  domain text COLLATE "C", code text COLLATE "C", category text NOT NULL, text text NOT NULL,
  oee_bucket text NOT NULL, parent text COLLATE "C" NOT NULL, version bigint NOT NULL, PRIMARY KEY (domain, code));
"""

_CHANGES = """
CREATE TABLE engineering_change (
  eco_no text COLLATE "C" PRIMARY KEY, plant text NOT NULL, title text NOT NULL, state text NOT NULL,
  affected jsonb NOT NULL, effective_from date, effective_serial text NOT NULL, effective_lot text NOT NULL,
  open_orders jsonb NOT NULL, version bigint NOT NULL);
CREATE INDEX engineering_change_items ON engineering_change USING gin (affected jsonb_path_ops);
"""

_MEASURED = """
CREATE TABLE lot_conversion (
  item_no text COLLATE "C", lot_no text COLLATE "C", source text COLLATE "C", target text COLLATE "C",
  numerator bigint NOT NULL, denominator bigint NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (item_no, lot_no, source, target));
CREATE TABLE standard_cost (
  item_no text COLLATE "C", plant text COLLATE "C", valid_from text COLLATE "C", currency text NOT NULL,
  amount text NOT NULL, per jsonb NOT NULL, version bigint NOT NULL, PRIMARY KEY (item_no, plant, valid_from));
"""


def upgrade() -> None:
    """Widen the tables and add the others."""
    for statements in (_WIDER, _PLACES, _CHANGES, _MEASURED):
        op.execute(statements)
