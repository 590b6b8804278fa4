"""Ledgers of yields in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.kit.quantity import Quantity
from services.kit.signals import carrier
from services.kit.store import current_work
from services.process.domain.facts import Confirmed
from services.process.domain.keys import OrderKey
from services.process.domain.ledger import Allotment, Disposition, Outcome, Part, Yield


class SqlLedgers:
    """ports.Ledgers."""

    async def confirm(self, confirmed: Confirmed, inspection_no: str, at: datetime) -> None:
        """A row a yield."""
        good = confirmed.good
        await current_work().sql(
            "INSERT INTO output (plant, order_no, number, item_no, lot_no, inspection_no, good,"
            " waiting, unit, traceparent, booked_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                *confirmed.order,
                confirmed.number,
                confirmed.item_no,
                confirmed.lot_no,
                inspection_no,
                good.value,
                good.value if inspection_no else 0,
                good.unit,
                carrier(),
                at,
            ),
        )

    async def dispose(self, order: OrderKey, disposition: Disposition, actor: str) -> None:
        """A row a split."""
        quantity = disposition.quantity
        await current_work().sql(
            "INSERT INTO disposition (inspection_no, split_no, plant, order_no, outcome, quantity,"
            " rest, unit, actor, traceparent) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (
                disposition.inspection_no,
                disposition.split_no,
                *order,
                disposition.outcome.value,
                quantity.value,
                quantity.value,
                quantity.unit,
                actor,
                carrier(),
            ),
        )

    async def waiting(
        self, order: OrderKey, inspections: Collection[str]
    ) -> tuple[Sequence[Yield], Sequence[Disposition]]:
        """Yields by number, dispositions as they came."""
        work, wanted = current_work(), list(inspections)
        decisions = await work.sql(
            "SELECT inspection_no, split_no, outcome, rest, unit FROM disposition"
            " WHERE plant = %s AND order_no = %s AND inspection_no = ANY(%s) AND rest > 0"
            " ORDER BY place",
            (*order, wanted),
        )
        if not decisions:
            return (), ()
        yields = await work.sql(
            "SELECT number, lot_no, inspection_no, waiting, unit, EXISTS (SELECT FROM fact f"
            "  WHERE f.flow = %s AND f.kind = 'TakenBack' AND f.state <> 'done'"
            "  AND (f.content->>'reverses')::bigint = number) FROM output"
            " WHERE plant = %s AND order_no = %s AND inspection_no = ANY(%s) AND waiting > 0"
            " ORDER BY number",
            (order.flow, *order, wanted),
        )
        return (
            [
                Yield(n, lot, inspection, Quantity(w, unit), recalled)
                for n, lot, inspection, w, unit, recalled in yields
            ],
            [
                Disposition(inspection, split, Outcome(outcome), Quantity(rest, unit))
                for inspection, split, outcome, rest, unit in decisions
            ],
        )

    async def keep(self, order: OrderKey, allotment: Allotment) -> None:
        """Each part takes its quantity from the yield and from the disposition."""
        for part in allotment.parts:
            await self.add(order, part)
            quantity = part.quantity.value
            await current_work().sql(
                "UPDATE output SET waiting = waiting - %s"
                " WHERE plant = %s AND order_no = %s AND number = %s",
                (quantity, *order, part.number),
            )
            await current_work().sql(
                "UPDATE disposition SET rest = rest - %s"
                " WHERE inspection_no = %s AND split_no = %s",
                (quantity, part.inspection_no, part.split_no),
            )

    async def add(self, order: OrderKey, part: Part) -> None:
        """A row a part."""
        await current_work().sql(
            "INSERT INTO part (plant, order_no, number, inspection_no, split_no, lot_no, outcome,"
            " fate, quantity, unit) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                *order,
                part.number,
                part.inspection_no,
                part.split_no,
                part.lot_no,
                part.outcome.value,
                part.fate.value,
                part.quantity.value,
                part.quantity.unit,
            ),
        )

    async def inspection(self, order: OrderKey, number: int) -> str:
        """From the yield's row."""
        rows = await current_work().sql(
            "SELECT inspection_no FROM output WHERE plant = %s AND order_no = %s AND number = %s",
            (*order, number),
        )
        return str(rows[0][0]) if rows else ""

    async def parts(self, order: OrderKey, number: int) -> Sequence[Part]:
        """By split."""
        rows = await current_work().sql(
            "SELECT number, lot_no, inspection_no, split_no, outcome, quantity, unit FROM part"
            " WHERE plant = %s AND order_no = %s AND number = %s ORDER BY split_no",
            (*order, number),
        )
        return [
            Part(number, lot, inspection, split, Outcome(outcome), Quantity(quantity, unit))
            for number, lot, inspection, split, outcome, quantity, unit in rows
        ]

    async def take_back(self, order: OrderKey, number: int, by: int) -> None:
        """It stays, with the number of what took it back."""
        await current_work().sql(
            "UPDATE output SET taken_back_by = %s"
            " WHERE plant = %s AND order_no = %s AND number = %s",
            (by, *order, number),
        )

    async def item_no(self, order: OrderKey) -> str:
        """Of its first yield; an order makes one item."""
        rows = await current_work().sql(
            "SELECT item_no FROM output WHERE plant = %s AND order_no = %s ORDER BY number LIMIT 1",
            order,
        )
        return str(rows[0][0]) if rows else ""
