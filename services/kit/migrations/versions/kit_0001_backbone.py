"""Tables of the event backbone: outbox and positions, cursors, parked keys and their audit."""

from alembic import op

revision = "kit_0001"
down_revision = None
branch_labels = ("kit",)
depends_on = None

TABLES = (
    # -- the owner's side
    """CREATE TABLE stream_identity (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        fingerprint text)""",
    "INSERT INTO stream_identity (fingerprint) VALUES (NULL)",
    "CREATE TABLE outbox_key (key text PRIMARY KEY, sequence bigint NOT NULL) WITH (fillfactor=70)",
    """CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
        event_id text NOT NULL,
        partition int NOT NULL,
        key text NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        dataschema text NOT NULL,
        subject text NOT NULL,
        time timestamptz NOT NULL,
        traceparent text NOT NULL,
        actor text NOT NULL,
        data bytea NOT NULL,
        written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        incarnation bigint,
        n bigint,
        UNIQUE (partition, incarnation, n),
        UNIQUE (key, sequence))""",
    "CREATE INDEX outbox_unplaced ON outbox (partition, id) WHERE n IS NULL",
    """CREATE TABLE stream_head (
        partition int PRIMARY KEY,
        incarnation bigint NOT NULL DEFAULT 1,
        n bigint NOT NULL DEFAULT 0,
        sent_incarnation bigint NOT NULL DEFAULT 0,
        sent_n bigint NOT NULL DEFAULT 0) WITH (fillfactor=50)""",
    """CREATE TABLE subscriber (
        name text,
        partition int,
        incarnation bigint,
        n bigint,
        PRIMARY KEY (name, partition))""",
    # -- the consumer's side
    """CREATE TABLE cursor (
        consumer text,
        topic text,
        partition int,
        owner text NOT NULL DEFAULT '',
        epoch bigint NOT NULL DEFAULT 0,
        beat bigint NOT NULL DEFAULT 0,
        incarnation bigint NOT NULL DEFAULT 1,
        n bigint NOT NULL DEFAULT 0,
        tries int NOT NULL DEFAULT 0,
        tries_until bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (consumer, topic, partition)) WITH (fillfactor=50)""",
    """CREATE TABLE cursor_member (
        consumer text,
        instance text,
        beat bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (consumer, instance)) WITH (fillfactor=50)""",
    """CREATE TABLE parked_key (
        consumer text,
        topic text,
        partition int NOT NULL,
        key text,
        state text NOT NULL CHECK (state IN ('waiting', 'suspect', 'dead', 'replay')),
        code text NOT NULL,
        reason text NOT NULL,
        tries int NOT NULL DEFAULT 0,
        deaths int NOT NULL DEFAULT 0,
        parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (consumer, topic, key))""",
    "CREATE INDEX parked_key_partition ON parked_key (consumer, topic, partition)",
    """CREATE TABLE parked (
        consumer text,
        topic text,
        key text,
        incarnation bigint,
        n bigint,
        event_id text NOT NULL,
        source text NOT NULL,
        type text NOT NULL,
        time text NOT NULL,
        subject text NOT NULL,
        sequence bigint NOT NULL,
        traceparent text NOT NULL,
        actor text NOT NULL,
        data bytea NOT NULL,
        PRIMARY KEY (consumer, topic, key, incarnation, n),
        FOREIGN KEY (consumer, topic, key) REFERENCES parked_key)""",
    """CREATE TABLE parking_audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        who text NOT NULL,
        action text NOT NULL,
        reason text NOT NULL,
        consumer text NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        event_id text NOT NULL,
        old bytea,
        new bytea)""",
)


def upgrade() -> None:
    """Create them; one topic per service, so the owner's tables name none."""
    for statement in TABLES:
        op.execute(statement)
