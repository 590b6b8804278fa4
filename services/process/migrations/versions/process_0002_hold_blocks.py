"""What each hold blocks."""

from alembic import op

revision = "process_0002"
down_revision = "process_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Holds of before block everything: none is named."""
    op.execute("ALTER TABLE hold ADD blocks text[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """They block everything again."""
    op.execute("ALTER TABLE hold DROP COLUMN blocks")
