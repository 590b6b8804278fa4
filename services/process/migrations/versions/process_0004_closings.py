"""How far the end of each order has come."""

from alembic import op

revision = "process_0004"
down_revision = "process_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Orders completed before are closed by people, as they were."""
    op.execute(
        """CREATE TABLE closing (
            flow text PRIMARY KEY REFERENCES flow,
            plant text NOT NULL, order_no text NOT NULL,
            stage text NOT NULL,              -- completed, asked, closed, told
            place bigint NOT NULL,            -- of the fact that it is completed
            asked_no bigint NOT NULL DEFAULT -1,  -- the last confirmation mes was asked for
            due_at timestamptz,               -- not closed before; null once that is over
            actor text NOT NULL,
            reached_at timestamptz NOT NULL, offset_minutes int NOT NULL)"""
    )
    op.execute("CREATE INDEX closing_due ON closing (due_at) WHERE stage = 'completed'")


def downgrade() -> None:
    """People close them again."""
    op.execute("DROP TABLE closing")
