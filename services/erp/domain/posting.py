"""A posting: what happened on the floor, as it shall stand in the ERP."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.erp.domain.keys import LotKey, OrderKey
from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.quantity import Quantity


class Kind(StrEnum):
    """What a posting does to the order."""

    YIELD = "yield"
    CONSUMPTION = "consumption"
    SCRAP = "scrap"
    RETURN = "return"
    REVERSAL = "reversal"
    CLOSE = "close"


MATERIAL = frozenset({Kind.YIELD, Kind.CONSUMPTION, Kind.SCRAP, Kind.RETURN})
"""Kinds that move material: they have lines, and wait while a lot of theirs is held."""


@dataclass(frozen=True, slots=True)
class Line:
    """So much of an item. `lot_no` is "" where the item is not lot controlled."""

    item_no: str
    quantity: Quantity
    lot_no: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Posting:
    """Unique by `reference`. `reverses` names the reference that a reversal takes back."""

    reference: str
    order: OrderKey
    kind: Kind
    occurred_at: Instant
    business_date: date
    lines: tuple[Line, ...] = ()
    reverses: str = ""

    def __post_init__(self) -> None:
        """Raises InvalidError naming the field that contradicts the kind."""
        if not self.reference:
            raise InvalidError("a posting needs its reference", field="reference")
        if (self.kind in MATERIAL) != bool(self.lines):
            raise InvalidError(
                f"a {self.kind} without lines" if not self.lines else f"a {self.kind} has no lines",
                code="bad_lines",
                field="lines",
            )
        if (self.kind is Kind.REVERSAL) != bool(self.reverses):
            raise InvalidError(
                "a reversal, and nothing else, names the reference it takes back",
                code="bad_reversal",
                field="reverses",
            )
        for index, line in enumerate(self.lines):
            _check_line(index, line)

    @property
    def lots(self) -> frozenset[LotKey]:
        """The lots whose hold this posting waits for."""
        return frozenset(
            LotKey(self.order.plant, line.item_no, line.lot_no)
            for line in self.lines
            if line.lot_no
        )


def _check_line(index: int, line: Line) -> None:
    if not line.item_no:
        raise InvalidError("a line needs its item", field=f"lines[{index}].item_no")
    if line.quantity.value <= 0:
        raise InvalidError(
            f"{line.quantity} cannot be posted",
            code="not_positive",
            field=f"lines[{index}].quantity.value",
            hint="to take something back, send a reversal",
        )
