"""Every version of a code's mapping, with its time and its people; documents that wait."""

from alembic import op

revision = "reference_0002"
down_revision = "reference_0001"
branch_labels = None
depends_on = None

# Before this revision a mapping was the steward's word alone: its approver is nobody.
_VERSIONS = """
ALTER TABLE code_map
  ADD COLUMN status text NOT NULL DEFAULT 'approved' CHECK (status IN ('draft', 'approved', 'retired')),
  ADD COLUMN valid_from timestamptz NOT NULL DEFAULT '1970-01-01 00:00:00+00',
  ADD COLUMN valid_to timestamptz CHECK (valid_from <= valid_to),
  ADD COLUMN steward text NOT NULL DEFAULT '',
  ADD COLUMN approver text NOT NULL DEFAULT '',
  ADD COLUMN replaces bigint NOT NULL DEFAULT 0,
  ADD COLUMN revision text NOT NULL DEFAULT '',
  ADD CHECK (status <> 'approved' OR approver = '' OR approver <> steward);
UPDATE code_map m SET steward = c.who FROM (
  SELECT DISTINCT ON (key) key, who FROM change WHERE kind = 'code_map' ORDER BY key, id DESC) c
  WHERE c.key = ARRAY[m.domain, m.system, m.plant, m.code];
ALTER TABLE code_map ALTER COLUMN status DROP DEFAULT, ALTER COLUMN valid_from DROP DEFAULT,
  ALTER COLUMN steward DROP DEFAULT, ALTER COLUMN approver DROP DEFAULT,
  ALTER COLUMN replaces DROP DEFAULT, ALTER COLUMN revision DROP DEFAULT;
ALTER TABLE code_map DROP CONSTRAINT code_map_pkey;
"""
# The versions before the last are in the table of changes: they held until the next came.
_HISTORY = """
INSERT INTO code_map (domain, system, plant, code, canonical, direction, version, status, valid_from, valid_to,
    steward, approver, replaces, revision)
  SELECT c.key[1], c.key[2], c.key[3], c.key[4], c.new->>'canonical', c.new->>'direction', (c.new->>'version')::bigint,
    'retired', '1970-01-01 00:00:00+00', '1970-01-01 00:00:00+00', c.who, '', 0, ''
  FROM change c JOIN code_map m ON c.key = ARRAY[m.domain, m.system, m.plant, m.code]
  WHERE c.kind = 'code_map' AND (c.new->>'version')::bigint < m.version;
ALTER TABLE code_map ADD PRIMARY KEY (domain, system, plant, code, version);
"""
_WAITING = """
CREATE TABLE waiting_document (
  id bigint GENERATED ALWAYS AS IDENTITY UNIQUE, reporter text NOT NULL, round text NOT NULL,
  direction text, domain text, system text, plant text, code text, kind text, key text,
  since timestamptz NOT NULL, at timestamptz NOT NULL,
  PRIMARY KEY (reporter, direction, domain, system, plant, code, kind, key));
CREATE INDEX waiting_document_question ON waiting_document (direction, domain, system, plant, code, id);
CREATE INDEX waiting_document_round ON waiting_document (reporter, system);
"""


def upgrade() -> None:
    """Change the table of mappings, create the other."""
    for statements in (_VERSIONS, _HISTORY, _WAITING):
        op.execute(statements)
