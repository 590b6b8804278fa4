"""What a plant that already ran said of its floor."""

from alembic import op

revision = "mes_0010"
down_revision = "mes_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table; nothing is locked."""
    op.execute(
        """CREATE TABLE opening (
            kind text, name text,
            plant text NOT NULL,
            cells jsonb NOT NULL,  -- the row as its file had it, by column
            version bigint NOT NULL,  -- of what it opened, then
            before numeric[] NOT NULL,  -- reported here until its as_of
            times int NOT NULL,
            PRIMARY KEY (kind, name))"""
    )
    op.execute("CREATE INDEX opening_listing ON opening (kind, plant, name)")


def downgrade() -> None:
    """Drop it; what was opened stays."""
    op.execute("DROP TABLE opening")
