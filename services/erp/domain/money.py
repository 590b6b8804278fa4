"""Money: whole minor units of an ISO 4217 currency. Floats never get in, currencies never mix."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Self

from services.kit.errors import InvalidError

LARGEST = 10**18
"""Minor units; what a bigint holds with room for sums."""
EXACT_DECIMALS = 12
"""Of a value that is not rounded to the currency yet."""

# Source: ISO 4217:2015, list one (minor units); what has none, such as gold, is no currency here.
_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD"
    " CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL"
    " GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR"
    " LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD"
    " PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC"
    " SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW"
    " ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_DIGITS = {code: digits for digits, codes in _CODES.items() for code in codes.split()}


def minor_digits(currency: str, *, field: str = "currency") -> int:
    """How many decimals its amounts have; raises InvalidError naming `field`."""
    if currency in _DIGITS:
        return _DIGITS[currency]
    raise InvalidError(
        f"{currency[:10]!r} is no currency",
        code="unknown_currency",
        field=field,
        hint="an ISO 4217 code in capitals, such as EUR",
    )


@dataclass(frozen=True, slots=True)
class Money:
    """So many minor units (cents); raises InvalidError naming `value` or `currency`."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not whole, is no currency or would not fit."""
        minor_digits(self.currency)
        if type(self.minor) is not int:
            raise _not_money(self.minor)
        if abs(self.minor) >= LARGEST:
            raise InvalidError("more money than there is", code="out_of_bounds", field="value")

    @classmethod
    def parse(cls, text: object, currency: str) -> Self:
        """Read a decimal string; more decimals than the currency has are refused."""
        digits = minor_digits(currency)
        try:
            steps = Fraction(Decimal(text) if isinstance(text, str) else Decimal("NaN"))
        except (InvalidOperation, ValueError, OverflowError):
            raise _not_money(text) from None
        if (steps * 10**digits).denominator != 1:
            raise InvalidError(
                f"{currency} has {digits} decimals",
                code="inexact_money",
                field="value",
                hint="round it first, and say where the rest goes",
            )
        return cls(int(steps * 10**digits), currency)

    @classmethod
    def rounded(cls, exact: Fraction, currency: str) -> Self:
        """The nearest amount, half to even."""
        return cls(round(exact * 10 ** minor_digits(currency)), currency)

    def __str__(self) -> str:
        """For people: "12.50 EUR"."""
        return f"{self.text} {self.currency}"

    def __bool__(self) -> bool:
        """Whether it is anything at all."""
        return self.minor != 0

    @property
    def text(self) -> str:
        """The decimal, with all of the currency's decimals: "12.50", "-3", "0.005"."""
        return f"{Decimal(f'{self.minor}E-{minor_digits(self.currency)}'):f}"

    @property
    def exact(self) -> Fraction:
        """In whole units of the currency."""
        return Fraction(self.minor, 10 ** minor_digits(self.currency))

    def __add__(self, other: Self) -> Self:
        """The sum; raises InvalidError on another currency."""
        return type(self)(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        """The difference; raises InvalidError on another currency."""
        return type(self)(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Self:
        """The other side of the ledger."""
        return type(self)(-self.minor, self.currency)

    def _same(self, other: Self) -> int:
        if self.currency != other.currency:
            raise InvalidError(
                f"{other} is not in {self.currency}",
                code="currency_mismatch",
                field="currency",
                hint="nothing is exchanged here: keep the currencies apart",
            )
        return other.minor


def to_exact(value: Fraction) -> Fraction:
    """As it is kept: half-even to twelve decimals."""
    return Fraction(round(value * 10**EXACT_DECIMALS), 10**EXACT_DECIMALS)


def _not_money(value: object) -> InvalidError:
    return InvalidError(
        f"{str(value)[:40]!r} is no amount",
        code="not_a_decimal",
        field="value",
        hint='write digits and a point, such as "12.50"; floats are refused',
    )
