"""What each hold blocks."""

from alembic import op

revision = "erp_0006"
down_revision = "erp_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Holds of before block everything."""
    op.execute(
        "ALTER TABLE lot_hold ADD blocks text[] NOT NULL DEFAULT '{posting,move,consume,ship}'"
    )


def downgrade() -> None:
    """They block everything again."""
    op.execute("ALTER TABLE lot_hold DROP COLUMN blocks")
