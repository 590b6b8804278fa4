"""Holds that name no lots: their scopes, and by what lots are found that fall under one."""

from alembic import op

revision = "mes_0012"
down_revision = "mes_0011"
branch_labels = None
depends_on = None

STATEMENTS = (
    # One of four: an order; an item and days; equipment and times; a party and its lot.
    """CREATE TABLE hold_scope (
        hold_no text PRIMARY KEY,
        plant text NOT NULL,
        active boolean NOT NULL,
        version bigint NOT NULL,
        blocks text[] NOT NULL,
        order_no text NOT NULL,
        item_no text NOT NULL,
        first_day date, last_day date NOT NULL,            -- infinity: no end is known
        equipment text NOT NULL,
        starts_at timestamptz, ends_at timestamptz NOT NULL,
        party text NOT NULL, supplier_lot text NOT NULL,
        CHECK ((order_no <> '')::int + (item_no <> '')::int + (equipment <> '')::int
            + (supplier_lot <> '')::int = 1))""",
    "CREATE INDEX hold_scope_active ON hold_scope (plant) WHERE active",
    """CREATE FUNCTION local_day(moment timestamptz, offset_minutes int) RETURNS date
        LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ((moment AT TIME ZONE 'UTC') + make_interval(mins => offset_minutes))::date""",
    "CREATE INDEX lot_hold_of ON lot_hold (hold_no) WHERE active",
    """CREATE INDEX confirmation_on ON confirmation (plant, (coalesce(ended_at, occurred_at)))
        INCLUDE (equipment) WHERE equipment <> ''""",
    "CREATE INDEX lot_operation_on ON lot_operation (plant, occurred_at) WHERE equipment <> ''",
    "CREATE INDEX lot_entry_into ON lot_entry (lot_id) WHERE quantity > 0",
    "CREATE INDEX lot_receipt_supplier ON lot_receipt (plant, supplier_lot) WHERE NOT void",
)


def upgrade() -> None:
    """Create them; indexes of large tables are built while reports wait."""
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them; what is held stays held."""
    for index in (
        "lot_receipt_supplier", "lot_entry_into", "lot_operation_on", "confirmation_on",
        "lot_hold_of",
    ):  # fmt: skip
        op.execute(f"DROP INDEX {index}")
    op.execute("DROP TABLE hold_scope")
    op.execute("DROP FUNCTION local_day")
