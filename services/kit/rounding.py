"""Rounding of an amount that is posted in parts: what one part leaves over, a later one carries."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from services.kit.quantity import add

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was wanted so far, exactly, and what of it was posted with `decimals` places.

    After any run of posts the posted sum is the rounded total, so the residual is at most half a
    unit of the last place and 0 where the total fits; each part is less than a unit off. Half goes
    up and not to even: a part that fits stays as it is whatever was left over before.
    """

    decimals: int
    wanted: Fraction = Fraction(0)
    posted: Decimal = Decimal(0)

    @property
    def residual(self) -> Fraction:
        """What was wanted and not posted yet; negative where more was posted."""
        return self.wanted - Fraction(self.posted)

    def post(self, exact: Fraction) -> tuple["Tally", Decimal]:
        """The part to post for `exact`, and how it stands then.

        Where parts were taken back in between, the residual may be more than a unit; it is then
        worked off by several parts.
        """
        steps = Fraction(10) ** self.decimals
        wanted = self.wanted + exact
        due = floor(wanted * steps + _HALF) - int(Fraction(self.posted) * steps)
        fits = min(max(due, floor(exact * steps)), ceil(exact * steps))
        part = Decimal(f"{fits}E{-self.decimals}")
        return Tally(self.decimals, wanted, add(self.posted, part)), part
