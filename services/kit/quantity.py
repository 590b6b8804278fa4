"""A quantity: an exact decimal and its unit. Floats never get in, other units never mix."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation
from fractions import Fraction
from typing import Self

from services.kit.errors import InvalidError
from services.kit.units import find_ratio, find_unit

MAX_INTEGER_DIGITS = 18
MAX_DECIMALS = 12

_TEXT = re.compile(r"[+-]?[0-9]{1,60}(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
# Wide enough for the sum of any two values in bounds, so that nothing is ever rounded silently.
_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True, slots=True)
class Quantity:
    """At most 18 digits before the point and 12 behind it, in a UN/ECE Rec 20 unit.

    Equal when value and unit are; 1 KGM and 1000 GRM are not equal, `to` makes them so.
    Raises InvalidError naming `value` or `unit`.
    """

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        """Refuse what is not a bounded decimal or a known unit; keep the shortest spelling."""
        object.__setattr__(self, "value", _bounded(self.value))
        find_unit(self.unit)

    @classmethod
    def parse(cls, value: object, unit: str) -> Self:
        """Read a decimal string ("12.50", "-3", "1E3"); whatever else it is given is refused."""
        if not isinstance(value, str) or not _TEXT.fullmatch(value):
            raise _not_a_decimal(value)
        return cls(Decimal(value), unit)

    @classmethod
    def zero(cls, unit: str) -> Self:
        """Nothing, in `unit`."""
        return cls(Decimal(0), unit)

    def __str__(self) -> str:
        """For people: "12.5 KGM"."""
        return f"{self.text} {self.unit}"

    @property
    def text(self) -> str:
        """The canonical decimal: no exponent, no trailing zeros, no sign on zero."""
        return format(self.value, "f")

    def __add__(self, other: Self) -> Self:
        """The exact sum; raises InvalidError on another unit."""
        return type(self)(_EXACT.add(self.value, self._same_unit(other)), self.unit)

    def __sub__(self, other: Self) -> Self:
        """The exact difference; raises InvalidError on another unit."""
        return type(self)(_EXACT.subtract(self.value, self._same_unit(other)), self.unit)

    def __neg__(self) -> Self:
        """The same amount the other way, as a reversal needs it."""
        return type(self)(self.value.copy_negate(), self.unit)

    def __lt__(self, other: Self) -> bool:
        """Compare within the unit; raises InvalidError on another."""
        return self.value < self._same_unit(other)

    def __le__(self, other: Self) -> bool:
        """Compare within the unit; raises InvalidError on another."""
        return self.value <= self._same_unit(other)

    def to(self, unit: str, *, decimals: int | None = None) -> Self:
        """The same amount in another unit of its dimension; see `scaled` for `decimals`."""
        return self.scaled(find_ratio(self.unit, unit), unit, decimals=decimals)

    def scaled(self, ratio: Fraction, unit: str, *, decimals: int | None = None) -> Self:
        """This amount times `ratio`, in `unit`: an item's own conversion, a share of a lot.

        Exact, or rounded half-even to `decimals`; raises InvalidError when the exact result is no
        decimal in bounds and `decimals` is not given.
        """
        exact = Fraction(self.value) * ratio
        digits = MAX_DECIMALS if decimals is None else decimals
        steps = exact * 10**digits
        if decimals is None and steps.denominator != 1:
            raise InvalidError(
                f"{self} in {unit} is not an exact decimal",
                code="inexact_quantity",
                field="value",
                hint=f"round it, to {find_unit(unit).decimals} decimals for instance",
            )
        # round() of a Fraction is half-even
        return type(self)(Decimal(f"{round(steps)}E{-digits}"), unit)

    def _same_unit(self, other: Self) -> Decimal:
        if self.unit != other.unit:
            raise InvalidError(
                f"{other} is not in {self.unit}",
                code="unit_mismatch",
                field="unit",
                hint=f"convert it to {self.unit} first",
            )
        return other.value


def add(one: Decimal, other: Decimal) -> Decimal:
    """The exact sum of two bare values: Decimal's own operators round to 28 digits of our 30."""
    return _EXACT.add(one, other)


def subtract(one: Decimal, other: Decimal) -> Decimal:
    """The exact difference of two bare values."""
    return _EXACT.subtract(one, other)


def _bounded(value: object) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise _not_a_decimal(value)
    if value == 0:
        return Decimal(0)
    try:
        shortest = _EXACT.normalize(value)
    except DecimalException:
        raise _out_of_bounds() from None
    exponent = int(shortest.as_tuple().exponent)
    if exponent < -MAX_DECIMALS or shortest.adjusted() >= MAX_INTEGER_DIGITS:
        raise _out_of_bounds()
    return shortest if exponent <= 0 else _EXACT.quantize(shortest, Decimal(1))


def _out_of_bounds() -> InvalidError:
    return InvalidError(
        f"a quantity has at most {MAX_INTEGER_DIGITS} digits before the point "
        f"and {MAX_DECIMALS} behind it",
        code="quantity_out_of_bounds",
        field="value",
        hint="round it, or choose a unit that fits the amount",
    )


def _not_a_decimal(value: object) -> InvalidError:
    return InvalidError(
        f"{str(value)[:40]!r} is not a decimal",
        code="not_a_decimal",
        field="value",
        hint='write digits and a point, such as "12.5"; floats, NaN and Infinity are refused',
    )


@dataclass(frozen=True, slots=True)
class Measures:
    """The units one thing is counted in: `base`, and ratios of its own beside the general ones.

    `own` holds (a, b, ratio): 1 a = ratio b of this thing. Raises InvalidError naming `own[i]`
    when one leads nowhere or contradicts the rest.
    """

    base: str
    own: tuple[tuple[str, str, Fraction], ...] = ()
    _reached: dict[str, tuple[str, Fraction]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Walk from the base as far as the ratios lead."""
        find_unit(self.base, field="base")
        self._reached[family_of(self.base)] = self.base, Fraction(1)
        waiting = list(enumerate(self.own))
        for place, (source, target, _) in waiting:
            find_unit(source, field=f"own[{place}].source")
            find_unit(target, field=f"own[{place}].target")
        while waiting:
            left = [(place, ratio) for place, ratio in waiting if not self._walk(*ratio, place)]
            if len(left) == len(waiting):
                raise self._unconnected(*left[0])
            waiting = left

    def ratio(self, unit: str) -> Fraction:
        """How many of the base one `unit` is; raises InvalidError naming `unit`."""
        if found := self._find(unit):
            return found
        allowed = ", ".join(sorted(code for code, _ in self._reached.values()))
        raise InvalidError(
            f"this is not counted in {unit}",
            code="unit_mismatch",
            field="unit",
            hint=f"use {allowed} or a unit that converts to one of them",
        )

    def convert(self, quantity: Quantity, unit: str = "") -> Quantity:
        """The same amount in `unit`, else in the base.

        Raises InvalidError naming `unit`, or `value` where the result is no exact decimal.
        """
        ratio, target = self.ratio(quantity.unit), unit or self.base
        if quantity.unit == target:
            return quantity
        return quantity.scaled(ratio / self.ratio(target), target)

    def _find(self, unit: str) -> Fraction | None:
        code, ratio = self._reached.get(family_of(unit), ("", Fraction(0)))
        if not code:
            return None
        return ratio if code == unit else ratio * find_ratio(unit, code)

    def _walk(self, source: str, target: str, ratio: Fraction, place: int) -> bool:
        """Whether it is connected by now."""
        there, here = self._find(source), self._find(target)
        if there is not None and here is not None:
            if there != here * ratio:
                raise InvalidError(
                    f"1 {source} is {there / here} {target} already, not {ratio}",
                    code="contradicting_ratio",
                    field=f"own[{place}]",
                    hint="general ratios hold anyway; state each other one once",
                )
        elif here is not None:
            self._reached[family_of(source)] = source, here * ratio
        elif there is not None:
            self._reached[family_of(target)] = target, there / ratio
        else:
            return False
        return True

    def _unconnected(self, place: int, ratio: tuple[str, str, Fraction]) -> InvalidError:
        return InvalidError(
            f"neither {ratio[0]} nor {ratio[1]} leads to {self.base}",
            code="unconnected_units",
            field=f"own[{place}]",
            hint=f"state a ratio to {self.base}",
        )


def in_force(ratios: Sequence[tuple[str, str, str]], day: str) -> list[int]:
    """Places of the ratios (from, to, first day) that hold: of each pair those that began last.

    Days are ISO 8601 text, "" before all of them.
    """
    newest: dict[tuple[str, str], str] = {}
    for source, target, first in ratios:
        if first <= day:
            newest[source, target] = max(first, newest.get((source, target), first))
    return [
        place
        for place, (source, target, first) in enumerate(ratios)
        if newest.get((source, target)) == first
    ]


def family_of(unit: str) -> str:
    """What units convert within by general ratios; a unit without a general ratio is alone."""
    found = find_unit(unit)
    return unit if found.ratio is None else found.dimension
