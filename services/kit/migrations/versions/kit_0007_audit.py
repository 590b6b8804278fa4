"""Audit: what changed, waiting for its seal and sealed; a chain of seals a partition."""

from alembic import op

revision = "kit_0007"
down_revision = "kit_0006"
branch_labels = None
depends_on = None

# json, not jsonb: the seal is over the text as it was recorded.
_COLUMNS = """
  partition int NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(),
  who text NOT NULL, via text NOT NULL, kind text NOT NULL, key text COLLATE "C" NOT NULL, old json, new json,
  reason text NOT NULL, service text NOT NULL, method text NOT NULL, schema_version int NOT NULL,
  mapping_version bigint NOT NULL, correlation text NOT NULL"""

_TABLES = f"""
CREATE TABLE audit_unsealed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {_COLUMNS});
CREATE TABLE audit (
  seq bigint NOT NULL CHECK (seq > 0), id bigint NOT NULL UNIQUE, {_COLUMNS}, PRIMARY KEY (partition, seq));
CREATE INDEX audit_key ON audit (kind, key, id);
CREATE INDEX audit_who ON audit (who, id);
CREATE INDEX audit_at ON audit (at);
CREATE TABLE audit_seal (
  partition int, no bigint CHECK (no > 0), service text NOT NULL, first_seq bigint NOT NULL, last_seq bigint NOT NULL,
  sealed_at timestamptz NOT NULL, key_id text NOT NULL, previous bytea NOT NULL, digests bytea NOT NULL,
  signature bytea NOT NULL, PRIMARY KEY (partition, no));
CREATE TABLE audit_head (partition int PRIMARY KEY, no bigint NOT NULL, last_seq bigint NOT NULL, head bytea NOT NULL);
"""

# A cut is a sealed row of kind "audit.retention", with the partition as its key.
_GUARDS = """
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE FUNCTION audit_leaves_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM gone LEFT JOIN audit USING (id) WHERE audit.id IS NULL) THEN
    RAISE EXCEPTION 'a row leaves % only for the chain', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF; RETURN NULL; END $$;
CREATE FUNCTION audit_leaves_cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM (SELECT partition, max(seq) AS last FROM gone GROUP BY partition) g WHERE g.last > coalesce(
      (SELECT max((c.new->>'last_seq')::bigint) FROM audit c
       WHERE c.kind = 'audit.retention' AND c.key = g.partition::text AND c.partition = g.partition), 0)) THEN
    RAISE EXCEPTION 'rows leave % only below a sealed cut', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF; RETURN NULL; END $$;
CREATE FUNCTION audit_seal_leaves_cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM (SELECT partition, max(no) AS last FROM gone GROUP BY partition) g WHERE g.last >= coalesce(
      (SELECT max((c.new->>'seal')::bigint) FROM audit c
       WHERE c.kind = 'audit.retention' AND c.key = g.partition::text AND c.partition = g.partition), 0)) THEN
    RAISE EXCEPTION 'seals leave % only below a sealed cut', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF; RETURN NULL; END $$;
CREATE TRIGGER stays BEFORE UPDATE OR TRUNCATE ON audit_unsealed EXECUTE FUNCTION audit_stays();
CREATE TRIGGER stays BEFORE UPDATE OR TRUNCATE ON audit EXECUTE FUNCTION audit_stays();
CREATE TRIGGER stays BEFORE UPDATE OR TRUNCATE ON audit_seal EXECUTE FUNCTION audit_stays();
CREATE TRIGGER leaves AFTER DELETE ON audit_unsealed REFERENCING OLD TABLE AS gone EXECUTE FUNCTION audit_leaves_sealed();
CREATE TRIGGER leaves AFTER DELETE ON audit REFERENCING OLD TABLE AS gone EXECUTE FUNCTION audit_leaves_cut();
CREATE TRIGGER leaves AFTER DELETE ON audit_seal REFERENCING OLD TABLE AS gone EXECUTE FUNCTION audit_seal_leaves_cut();
"""


def upgrade() -> None:
    """Create the tables and their guards."""
    for statements in (_TABLES, _GUARDS):
        op.execute(statements)
