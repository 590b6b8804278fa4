"""Master data, what codes mean, the stewardship queue, and who changed what."""

from alembic import op

revision = "reference_0001"
down_revision = None
branch_labels = ("reference",)
depends_on = "kit_0004"

# Columns are the fields of the domain's records: rows are read and written as JSON by name.
_MASTER = """
CREATE TABLE item (
  item_no text COLLATE "C" PRIMARY KEY, base_unit text NOT NULL, type text NOT NULL, description text NOT NULL,
  lot_controlled boolean NOT NULL, inspection_on_receipt boolean NOT NULL, inspection_on_production boolean NOT NULL,
  conversions jsonb NOT NULL, version bigint NOT NULL);
CREATE TABLE plant (plant text COLLATE "C" PRIMARY KEY, time_zone text NOT NULL, name text NOT NULL, version bigint NOT NULL);
CREATE TABLE bill (
  plant text COLLATE "C", item_no text COLLATE "C", alternative text COLLATE "C", revision text COLLATE "C",
  base_quantity jsonb NOT NULL, lines jsonb NOT NULL, version bigint NOT NULL,
  PRIMARY KEY (plant, item_no, alternative, revision));
CREATE TABLE routing (
  plant text COLLATE "C", item_no text COLLATE "C", alternative text COLLATE "C", revision text COLLATE "C",
  operations jsonb NOT NULL, version bigint NOT NULL, PRIMARY KEY (plant, item_no, alternative, revision));
CREATE TABLE equipment (
  path text COLLATE "C" PRIMARY KEY, level text NOT NULL, work_center text NOT NULL, version bigint NOT NULL);
CREATE TABLE party (party_id text COLLATE "C" PRIMARY KEY, role text NOT NULL, name text NOT NULL, version bigint NOT NULL);
"""

_CODES = """
CREATE TABLE code_map (
  domain text COLLATE "C", system text COLLATE "C", plant text COLLATE "C", code text COLLATE "C",
  canonical text COLLATE "C" NOT NULL, direction text NOT NULL CHECK (direction IN ('in', 'out', 'both')),
  version bigint NOT NULL, PRIMARY KEY (domain, system, plant, code));
CREATE INDEX code_map_canonical ON code_map (domain, system, plant, canonical);
CREATE TABLE unmapped_code (
  id bigint GENERATED ALWAYS AS IDENTITY UNIQUE, direction text, domain text, system text, plant text, code text,
  first_seen timestamptz NOT NULL, seen bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (direction, domain, system, plant, code));
"""

_CHANGES = """
CREATE TABLE change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind text NOT NULL, key text[] NOT NULL,
  who text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), old jsonb, new jsonb NOT NULL);
CREATE INDEX change_key ON change (kind, key);
"""


def upgrade() -> None:
    """Create the tables."""
    for statements in (_MASTER, _CODES, _CHANGES):
        op.execute(statements)
