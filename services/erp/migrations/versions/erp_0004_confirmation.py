"""An order is reported finally, not fully: how much of it is made says its delivery."""

from alembic import op

revision = "erp_0004"
down_revision = "erp_0003"
branch_labels = None
depends_on = None

_CHECK = "ALTER TABLE production_order DROP CONSTRAINT production_order_confirmation_check"
_ADD = (
    "ALTER TABLE production_order ADD CONSTRAINT production_order_confirmation_check"
    " CHECK (confirmation IN ('none', 'partial', '{}'))"
)
_RENAME = "UPDATE production_order SET confirmation = '{}' WHERE confirmation = '{}'"


def upgrade() -> None:
    """Say final."""
    for statement in (_CHECK, _RENAME.format("final", "full"), _ADD.format("final")):
        op.execute(statement)


def downgrade() -> None:
    """Say full."""
    for statement in (_CHECK, _RENAME.format("full", "final"), _ADD.format("full")):
        op.execute(statement)
