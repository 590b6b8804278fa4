"""What amounts of a floor that was taken over became in the units of their orders."""

from alembic import op

revision = "mes_0015"
down_revision = "mes_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows of before were restated by general ratios alone, which do not change."""
    op.execute("ALTER TABLE opening ADD made numeric[] NOT NULL DEFAULT '{}'")


def downgrade() -> None:
    """What was told is restated anew."""
    op.execute("ALTER TABLE opening DROP COLUMN made")
