"""What a hold is placed on where it names no lots."""

from alembic import op

revision = "process_0006"
down_revision = "process_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Holds of before name lots."""
    op.execute("ALTER TABLE hold ADD scope text NOT NULL DEFAULT ''")


def downgrade() -> None:
    """Nothing more falls under them."""
    op.execute("ALTER TABLE hold DROP COLUMN scope")
