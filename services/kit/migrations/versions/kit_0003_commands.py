"""The command store: what was asked, by whom, under which key, and the answer given."""

from alembic import op

revision = "kit_0003"
down_revision = "kit_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An answer is null only inside the transaction that carries the command out."""
    op.execute(
        """
        CREATE TABLE command (
            principal text NOT NULL,
            method text NOT NULL,
            key text NOT NULL,
            digest bytea NOT NULL,
            answer_type text,
            answer bytea,
            accepted_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (principal, method, key)
        ) WITH (fillfactor = 90);
        CREATE INDEX command_accepted_at ON command (accepted_at);
        """
    )
