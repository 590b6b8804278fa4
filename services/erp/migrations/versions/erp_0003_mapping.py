"""Which code a raw input waits for, when each ERP was heard, and mappings replayed."""

from alembic import op

revision = "erp_0003"
down_revision = "erp_0002"
branch_labels = None
depends_on = None

_WAITING = """
CREATE TABLE waiting_code (
  raw_input bigint PRIMARY KEY REFERENCES raw_input (id), direction text NOT NULL, domain text NOT NULL,
  plant text NOT NULL, code text NOT NULL, at timestamptz NOT NULL);
"""
_SOURCES = """
CREATE TABLE source (
  system text PRIMARY KEY, interval_seconds double precision NOT NULL, tried_at timestamptz NOT NULL,
  heard_at timestamptz, changed_at timestamptz, received_at timestamptz, reason text NOT NULL DEFAULT '');
"""
_REPLAYS = """
CREATE TABLE mapping_diff (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest text NOT NULL, system text NOT NULL,
  since timestamptz NOT NULL, with_drafts boolean NOT NULL, drafts jsonb NOT NULL, compared bigint NOT NULL,
  state text NOT NULL DEFAULT 'reviewed' CHECK (state IN ('reviewed', 'applying', 'applied')),
  reviewed_by text NOT NULL, reviewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL DEFAULT '', applied_at timestamptz, ended_at timestamptz);
CREATE INDEX mapping_diff_digest ON mapping_diff (digest, id);
CREATE TABLE mapping_change (
  diff bigint REFERENCES mapping_diff (id) ON DELETE CASCADE, position bigint,
  raw_input bigint NOT NULL REFERENCES raw_input (id), document text NOT NULL, fields jsonb NOT NULL,
  refusal text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('open', 'applied', 'overtaken', 'refused')),
  PRIMARY KEY (diff, position));
CREATE INDEX mapping_change_open ON mapping_change (diff, position) WHERE outcome = 'open';
CREATE INDEX raw_input_mapped ON raw_input (system, kind, external_id, id) WHERE state = 'mapped';
"""
# Copies were kept by code; now every version of a code has one. They come anew from the owner's snapshot.
_COPIES = """
DELETE FROM local_copy WHERE kind = 'code';
DELETE FROM copy_loaded WHERE topic = 'plantmesh.reference';
"""


def upgrade() -> None:
    """Create the tables, and let the copies come anew."""
    for statements in (_WAITING, _SOURCES, _REPLAYS, _COPIES):
        op.execute(statements)
