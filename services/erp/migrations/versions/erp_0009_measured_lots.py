"""Lots that were measured one by one are copied from now on."""

from alembic import op

revision = "erp_0009"
down_revision = "erp_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """They come with the owner's snapshot."""
    op.execute("DELETE FROM copy_loaded WHERE topic = 'plantmesh.reference'")


def downgrade() -> None:
    """Copies of a kind that nobody reads do no harm."""
