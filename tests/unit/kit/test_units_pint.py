"""The table against pint, reckoning in fractions: another hand's definitions of the same units.

pint is asked by name and never by Rec 20's symbol: 27 of those are something else to it.
"""

from fractions import Fraction
from typing import Any

import pytest
from pint import UnitRegistry

from services.kit.units import UNITS

PINT: UnitRegistry[Any] = UnitRegistry(non_int_type=Fraction)

# Ours, and what pint calls it where that is not the name without its country.
_NAMES = {
    "C62": "1", "EA": "1", "H87": "1", "PR": "2", "DZN": "12", "CEN": "100", "GRO": "144",
    "MIL": "1000",
    "DTN": "100 * kilogram", "TNE": "metric_ton", "CWA": "US_hundredweight", "STN": "short_ton",
    "LTN": "long_ton", "STI": "stone", "CWI": "UK_hundredweight", "APZ": "troy_ounce",
    "CTM": "carat", "KTN": "kilometric_ton", "77": "thou", "SMI": "mile", "NMI": "nautical_mile",
    "KMK": "kilometre ** 2", "OZA": "fluid_ounce", "QTL": "quart", "PTL": "pint", "GLL": "gallon",
    "GLI": "imperial_gallon", "OZI": "imperial_fluid_ounce", "PTI": "imperial_pint",
    "QTI": "imperial_quart", "BLL": "oil_barrel", "3B": "megajoule", "PS": "psi",
    "ATM": "standard_atmosphere", "B51": "kilogram_force", "C78": "pound_force",
    "HJ": "metric_horsepower", "NU": "newton * metre", "B48": "kilonewton * metre",
    "D46": "volt * ampere", "KVA": "kilovolt * ampere", "AMH": "ampere * hour",
    "RPS": "revolution / second", "RPM": "revolution / minute", "KNT": "knot",
    "D34": "tex", "DD": "degree", "D61": "arcminute", "D62": "arcsecond", "P1": "percent",
    "59": "ppm", "C65": "pascal * second", "C24": "millipascal * second",
}  # fmt: skip
# What pint makes of symbols that Rec 20 gives these and other units. Never ask it by symbol.
_TRAPS = {
    "fth": ("femtothou", "fathom"),
    "PS": ("petasiemens", "metric_horsepower"),
    "RT": ("ronnatesla", "register_ton"),
    "gr": ("grain", "gross"),
    "ua": ("microyear", "astronomical_unit"),
    "R": ("molar_gas_constant", "roentgen"),
}
_WORDS = {"square": "** 2", "cubic": "** 3"}


def _read(name: str) -> str:
    """ "litre per minute" as pint writes it: "litre / minute"."""
    words = []
    for part in name.partition(" (")[0].split(" per "):
        power, _, unit = part.rpartition(" ")
        words.append(f"{unit.replace(' ', '_')} {_WORDS[power]}" if power in _WORDS else part)
    return " / ".join(f"({word.replace(' hour', ' * hour')})" for word in words)


def _ask(code: str) -> Any:
    return PINT.Quantity(1, "") * PINT.parse_expression(_NAMES.get(code) or _read(UNITS[code].name))


LINEAR = {code: unit for code, unit in UNITS.items() if unit.ratio is not None}
BASES = {unit.dimension: code for code, unit in LINEAR.items() if unit.ratio == 1}


@pytest.mark.parametrize("code", LINEAR)
def test_the_ratio_is_the_one_pint_has(code: str) -> None:
    unit = LINEAR[code]
    theirs = (_ask(code) / _ask(BASES[unit.dimension])).to("").magnitude
    assert theirs == unit.ratio


@pytest.mark.parametrize(("symbol", "meant"), _TRAPS.items())
def test_a_symbol_of_rec_20_is_a_trap(symbol: str, meant: tuple[str, str]) -> None:
    assert str(PINT.parse_units(symbol)) == meant[0] != meant[1]
