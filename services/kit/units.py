"""Units of measure by their UN/ECE Rec 20 code, with exact ratios between them.

A curated table: a code that is not there is refused, never guessed. Packages are Rec 21's, with the
X that Rec 20 gives them (XBX is a box); what is in one is the item's to say.
"""

from dataclasses import dataclass
from fractions import Fraction

from services.kit.errors import InvalidError
from services.kit.package_table import PACKAGES
from services.kit.unit_table import TABLE, TRAPS

PACKAGE = "package"
"""The dimension of packages; no two of them convert."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `ratio` leads to the base unit of its dimension, None where there is no ratio.

    A temperature has an offset, a set and a package hold what the item says, a month is not
    always as long: they convert to nothing by themselves.
    `decimals` is the precision people expect when a conversion has to be rounded.
    """

    code: str
    name: str
    dimension: str
    ratio: Fraction | None
    decimals: int


def _read(dimension: str, line: str) -> Unit:
    code, ratio, decimals, name = line.split(maxsplit=3)
    exact = None if ratio == "-" else Fraction(ratio)
    return Unit(code, name, dimension, exact, int(decimals))


def _read_package(line: str) -> Unit:
    code, name = line.split(maxsplit=1)
    return Unit(code, name, PACKAGE, None, 0)


UNITS = {
    unit.code: unit
    for dimension, lines in TABLE.items()
    for unit in (_read(dimension, line) for line in lines.strip().splitlines())
} | {unit.code: unit for unit in map(_read_package, PACKAGES.strip().splitlines())}


def find_unit(code: str, *, field: str = "unit") -> Unit:
    """The unit with this Rec 20 code; raises InvalidError naming `field` on any other text."""
    if found := UNITS.get(code):
        return found
    raise InvalidError(
        f"{code[:20]!r} is not a unit of UN/ECE Recommendation 20 known here",
        code="unknown_unit",
        field=field,
        hint=_way_out(code.upper()),
    )


def find_ratio(source: str, target: str) -> Fraction:
    """How many `target` one `source` is, exactly; raises InvalidError when they do not compare."""
    from_unit, to_unit = find_unit(source), find_unit(target)
    same = from_unit.dimension == to_unit.dimension
    if not same or from_unit.ratio is None or to_unit.ratio is None:
        raise InvalidError(
            f"{source} ({from_unit.dimension}) does not convert to {target} ({to_unit.dimension})",
            code="unit_mismatch",
            field="unit",
            hint="a ratio of the item may lead there (reference's item conversions)",
        )
    return from_unit.ratio / to_unit.ratio


def _way_out(code: str) -> str:
    if known := TRAPS.get(code):
        return known
    if package := UNITS.get(f"X{code}"):
        return f"a {package.name} is the package {package.code} of Rec 21; pieces are H87"
    return "write the Rec 20 common code, such as KGM, LTR or H87"
