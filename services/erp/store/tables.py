"""Tables of the ERP service; migrations/ makes them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column
from sqlalchemy import DateTime as Time
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class OrderRow(SQLModel, table=True):
    """A production order as its ERP last said."""

    __tablename__ = "production_order"

    plant: str = Field(primary_key=True)
    order_no: str = Field(primary_key=True)
    system: str
    item_no: str
    amount: Decimal
    unit: str
    lifecycle: str
    confirmation: str
    delivery: str
    technically_complete: bool
    material_shortage: bool
    quality_hold: bool
    version: str
    as_of: datetime = Field(sa_type=Time(timezone=True))
    due_start: datetime | None = Field(default=None, sa_type=Time(timezone=True))
    due_end: datetime | None = Field(default=None, sa_type=Time(timezone=True))
    components: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    operations: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    sales_order_no: str = ""
    sales_line_no: int = 0
