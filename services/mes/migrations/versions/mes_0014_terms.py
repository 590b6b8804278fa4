"""The latest term seen of a machine is one of an incarnation of telemetry's stream."""

from alembic import op

revision = "mes_0014"
down_revision = "mes_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was told until now is of the incarnation that the consumer is in, or an earlier one."""
    op.execute("ALTER TABLE machine ADD COLUMN incarnation bigint NOT NULL DEFAULT 0")
    op.execute(
        "UPDATE machine SET incarnation = (SELECT coalesce(min(incarnation), 0) FROM cursor"
        " WHERE consumer = 'mes counts')"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE machine DROP COLUMN incarnation")
