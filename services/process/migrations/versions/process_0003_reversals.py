"""Yields that the floor took back."""

from alembic import op

revision = "process_0003"
down_revision = "process_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """By the number of the confirmation that did it; null while it stands."""
    op.execute("ALTER TABLE output ADD taken_back_by bigint")


def downgrade() -> None:
    """They stand again."""
    op.execute("ALTER TABLE output DROP COLUMN taken_back_by")
