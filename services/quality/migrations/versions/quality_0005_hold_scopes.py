"""What a hold is placed on where no lots are named."""

from alembic import op

revision = "quality_0005"
down_revision = "quality_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Holds of before are on lots."""
    op.execute("ALTER TABLE hold ADD scope jsonb")


def downgrade() -> None:
    """What falls under them is not known any more; what they cover is."""
    op.execute("ALTER TABLE hold DROP COLUMN scope")
