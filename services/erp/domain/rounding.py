"""Amounts in a unit of an ERP that has only so many decimals; what is left over is carried on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from services.erp.domain.document import LineDocument
from services.kit.errors import InvalidError
from services.kit.rounding import Tally

Measured = tuple[str, str]
"""An item and the ERP's unit."""
MOST_DECIMALS = 12


@dataclass(frozen=True, slots=True)
class Share:
    """A line of a posting: what was wanted of it, and what its document says."""

    line: int
    item_no: str
    unit: str
    exact: Decimal
    posted: Decimal

    @property
    def wanted(self) -> tuple[int, str, str, Decimal]:
        """All but what became of it."""
        return self.line, self.item_no, self.unit, self.exact


@dataclass(frozen=True, slots=True)
class Precision:
    """Decimals by the ERP's unit code, "*" for all others; a unit it does not know is exact."""

    decimals: Mapping[str, int]

    def of(self, unit: str) -> int | None:
        """None: as many as there are."""
        return self.decimals.get(unit, self.decimals.get("*"))

    @classmethod
    def read(cls, setting: object) -> "Precision":
        """From a system's setting `decimals`; raises InvalidError naming it."""
        if isinstance(setting, Mapping) and all(
            type(each) is int and 0 <= each <= MOST_DECIMALS for each in setting.values()
        ):
            return cls({str(unit): each for unit, each in setting.items()})
        raise InvalidError(
            f"decimals are a number for each unit code, 0 to {MOST_DECIMALS}",
            code="bad_settings",
            field="settings.decimals",
            hint='such as {"KG": 3, "PCE": 0}',
        )


def share(
    lines: Sequence[LineDocument],
    precision: Precision,
    before: Mapping[Measured, tuple[Decimal, Decimal]],
) -> list[Share]:
    """What each line that must be rounded becomes; `before` = wanted and posted up to here."""
    tallies: dict[Measured, Tally] = {}
    found = []
    for place, line in enumerate(lines):
        measured, decimals = (line.item_no, line.unit), precision.of(line.unit)
        if decimals is None:
            continue
        wanted, posted = before.get(measured, (Decimal(0), Decimal(0)))
        tally = tallies.get(measured) or Tally(decimals, Fraction(wanted), posted)
        tallies[measured], part = tally.post(Fraction(line.amount))
        found.append(Share(place, *measured, line.amount, part))
    return found


def rounded(lines: Sequence[LineDocument], shares: Sequence[Share]) -> tuple[LineDocument, ...]:
    """The lines with what the shares say, without those of which nothing is posted.

    Raises InvalidError naming `lines` when nothing at all is left.
    """
    posted = {one.line: one.posted for one in shares}
    left = [
        replace(line, amount=posted.get(place, line.amount))
        for place, line in enumerate(lines)
        if posted.get(place) != 0
    ]
    if lines and not left:
        raise InvalidError(
            "all of it is less than the ERP's unit can say",
            code="rounds_to_nothing",
            field="lines",
            hint="skip it: the order's next posting carries the amount",
        )
    return tuple(left)
