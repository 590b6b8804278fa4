"""Which of quality's words on a lot was heard last."""

from alembic import op

revision = "mes_0009"
down_revision = "mes_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None of lots of before."""
    op.execute("ALTER TABLE lot ADD judged bigint NOT NULL DEFAULT 0")


def downgrade() -> None:
    """They are heard again."""
    op.execute("ALTER TABLE lot DROP COLUMN judged")
