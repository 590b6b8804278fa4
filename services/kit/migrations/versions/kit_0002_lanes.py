"""Lanes to outside systems, the systems themselves, and raw input as it arrived."""

from alembic import op

revision = "kit_0002"
down_revision = "kit_0001"
branch_labels = None
depends_on = None

_SYSTEMS = """
CREATE TABLE systems (
  id text PRIMARY KEY, adapter text NOT NULL, budget double precision NOT NULL CHECK (budget > 0),
  secret text NOT NULL DEFAULT '', settings jsonb NOT NULL DEFAULT '{}', enabled boolean NOT NULL DEFAULT true);
CREATE TABLE system_plant (plant text PRIMARY KEY, system text NOT NULL REFERENCES systems ON DELETE CASCADE);
CREATE TABLE lane_pace (
  system text PRIMARY KEY REFERENCES systems ON DELETE CASCADE,
  rate double precision NOT NULL, ceiling double precision NOT NULL, tokens double precision NOT NULL DEFAULT 0,
  filled_at timestamptz NOT NULL DEFAULT clock_timestamp(), settled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  taught_at timestamptz, paused_until timestamptz NOT NULL DEFAULT '-infinity',
  failures int NOT NULL DEFAULT 0, probe_until timestamptz NOT NULL DEFAULT '-infinity', reason text NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
"""

_LANES = """
CREATE TABLE lane_key (
  system text NOT NULL, key text NOT NULL, position bigint NOT NULL, PRIMARY KEY (system, key)) WITH (fillfactor = 70);
CREATE TABLE lane_entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, system text NOT NULL, key text NOT NULL, position bigint NOT NULL,
  reference text NOT NULL, kind text NOT NULL, payload bytea NOT NULL, content_hash bytea NOT NULL,
  traceparent text NOT NULL DEFAULT '', accepted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state text NOT NULL DEFAULT 'ready' CHECK (state IN
    ('ready', 'sending', 'awaiting', 'posted', 'refused', 'needs_confirmation', 'skipped')),
  attempt int NOT NULL DEFAULT 0, lost int NOT NULL DEFAULT 0, due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sweep_at timestamptz, document text NOT NULL DEFAULT '', token text NOT NULL DEFAULT '',
  reason text NOT NULL DEFAULT '', code text NOT NULL DEFAULT '', field text NOT NULL DEFAULT '',
  confirmed text[] NOT NULL DEFAULT '{}', settled_at timestamptz,
  UNIQUE (system, key, position), UNIQUE (system, reference)) WITH (fillfactor = 70);
CREATE INDEX lane_open ON lane_entry (system, key, position) WHERE state NOT IN ('posted', 'skipped');
CREATE INDEX lane_due ON lane_entry (system, id) WHERE state IN ('ready', 'sending', 'awaiting');
CREATE INDEX lane_sweep ON lane_entry (system, sweep_at) WHERE sweep_at IS NOT NULL;
CREATE TABLE lane_exception (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry_id bigint NOT NULL REFERENCES lane_entry,
  kind text NOT NULL, documents text[] NOT NULL, raised_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_at timestamptz, UNIQUE (entry_id, kind, documents));
CREATE TABLE lane_audit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, entry_id bigint NOT NULL REFERENCES lane_entry,
  at timestamptz NOT NULL DEFAULT clock_timestamp(), who text NOT NULL, action text NOT NULL,
  old jsonb NOT NULL, new jsonb NOT NULL, old_payload bytea, new_payload bytea, reason text NOT NULL);
CREATE INDEX lane_audit_entry ON lane_audit (entry_id, id);
"""

_RAW_INPUT = """
CREATE TABLE raw_input (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, system text NOT NULL, kind text NOT NULL, external_id text NOT NULL,
  content_hash bytea NOT NULL, content bytea NOT NULL, received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  mapping_version text NOT NULL DEFAULT '', state text NOT NULL DEFAULT 'received' CHECK (state IN
    ('received', 'mapped', 'failed', 'ignored')),
  reason text NOT NULL DEFAULT '', code text NOT NULL DEFAULT '', field text NOT NULL DEFAULT '',
  UNIQUE (system, external_id, content_hash));
CREATE INDEX raw_input_open ON raw_input (system, kind, id) WHERE state IN ('received', 'failed');
"""


def upgrade() -> None:
    """Create the tables."""
    for statements in (_SYSTEMS, _LANES, _RAW_INPUT):
        op.execute(statements)
