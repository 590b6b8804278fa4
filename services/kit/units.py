"""Units of measure by their UN/ECE Recommendation 20 code, with exact ratios between them.

A curated table: a code that is not here is refused, never guessed. Ratios are the definitions
(a pound *is* 0.45359237 kg), not rounded factors. Source: UN/ECE Rec 20 rev 17, SI, NIST SP 811.
"""

from dataclasses import dataclass
from fractions import Fraction

from services.kit.errors import InvalidError


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit; `ratio` leads to the base unit of its dimension, None where there is no ratio.

    A temperature has an offset and a set has no fixed number of pieces: both convert to nothing.
    `decimals` is the precision people expect when a conversion has to be rounded.
    """

    code: str
    name: str
    dimension: str
    ratio: Fraction | None
    decimals: int


# dimension (base unit): one "code ratio decimals name" a line; a ratio is a decimal or a fraction.
_TABLE = {
    "count": """
        C62 1 0 one
        EA 1 0 each
        H87 1 0 piece
        PR 2 0 pair
        DZN 12 0 dozen
        CEN 100 0 hundred
        GRO 144 0 gross
        MIL 1000 0 thousand
    """,
    "set": """
        SET - 0 set
        KT - 0 kit
    """,
    "mass": """
        KGM 1 3 kilogram
        GRM 1/1000 3 gram
        MGM 1/1000000 3 milligram
        MC 1/1000000000 3 microgram
        DTN 100 3 decitonne
        TNE 1000 3 tonne
        LBR 0.45359237 3 pound
        ONZ 0.028349523125 3 ounce
        GRN 0.00006479891 3 grain
        CWA 45.359237 3 hundredweight (US)
        STN 907.18474 3 short ton
        LTN 1016.0469088 3 long ton
    """,
    "length": """
        MTR 1 3 metre
        C45 1/1000000000 3 nanometre
        4H 1/1000000 3 micrometre
        MMT 1/1000 3 millimetre
        CMT 1/100 3 centimetre
        DMT 1/10 3 decimetre
        KMT 1000 3 kilometre
        77 0.0000254 3 milli-inch
        INH 0.0254 3 inch
        FOT 0.3048 3 foot
        YRD 0.9144 3 yard
        SMI 1609.344 3 mile
        NMI 1852 3 nautical mile
    """,
    "area": """
        MTK 1 3 square metre
        MMK 1/1000000 3 square millimetre
        CMK 1/10000 3 square centimetre
        DMK 1/100 3 square decimetre
        KMK 1000000 3 square kilometre
        HAR 10000 3 hectare
        INK 0.00064516 3 square inch
        FTK 0.09290304 3 square foot
        YDK 0.83612736 3 square yard
    """,
    "volume": """
        MTQ 1 3 cubic metre
        MMQ 1/1000000000 3 cubic millimetre
        CMQ 1/1000000 3 cubic centimetre
        DMQ 1/1000 3 cubic decimetre
        LTR 1/1000 3 litre
        MLT 1/1000000 3 millilitre
        4G 1/1000000000 3 microlitre
        CLT 1/100000 3 centilitre
        DLT 1/10000 3 decilitre
        HLT 1/10 3 hectolitre
        INQ 0.000016387064 3 cubic inch
        FTQ 0.028316846592 3 cubic foot
        YDQ 0.764554857984 3 cubic yard
        OZA 0.0000295735295625 3 fluid ounce (US)
        QTL 0.000946352946 3 liquid quart (US)
        GLL 0.003785411784 3 gallon (US)
        GLI 0.00454609 3 gallon (UK)
        BLL 0.158987294928 3 barrel (US petroleum)
    """,
    "time": """
        SEC 1 3 second
        C26 1/1000 0 millisecond
        MIN 60 3 minute
        HUR 3600 3 hour
        DAY 86400 3 day
        WEE 604800 3 week
    """,
    "temperature": """
        CEL - 2 degree Celsius
        FAH - 2 degree Fahrenheit
        KEL - 2 kelvin
    """,
    "energy": """
        JOU 1 3 joule
        KJO 1000 3 kilojoule
        3B 1000000 3 megajoule
        WHR 3600 3 watt hour
        KWH 3600000 3 kilowatt hour
        MWH 3600000000 3 megawatt hour
    """,
    "power": """
        WTT 1 3 watt
        KWT 1000 3 kilowatt
        MAW 1000000 3 megawatt
    """,
    "pressure": """
        PAL 1 3 pascal
        KPA 1000 3 kilopascal
        MPA 1000000 3 megapascal
        MBR 100 3 millibar
        BAR 100000 3 bar
        PS 8896443230521/1290320000 3 pound-force per square inch
    """,
    "force": """
        NEW 1 3 newton
        B47 1000 3 kilonewton
    """,
    "torque": """
        NU 1 3 newton metre
    """,
    "current": """
        AMP 1 3 ampere
        4K 1/1000 3 milliampere
    """,
    "voltage": """
        VLT 1 3 volt
        2Z 1/1000 3 millivolt
        KVT 1000 3 kilovolt
    """,
    "frequency": """
        HTZ 1 3 hertz
        KHZ 1000 3 kilohertz
        MHZ 1000000 3 megahertz
    """,
    "rotation": """
        RPS 1 3 revolution per second
        RPM 1/60 3 revolution per minute
    """,
    "speed": """
        MTS 1 3 metre per second
        2X 1/60 3 metre per minute
        KMH 5/18 3 kilometre per hour
    """,
    "flow": """
        MQS 1 3 cubic metre per second
        MQH 1/3600 3 cubic metre per hour
        L2 1/60000 3 litre per minute
    """,
    "mass flow": """
        KGS 1 3 kilogram per second
        E93 1/3600 3 kilogram per hour
    """,
    "density": """
        KMQ 1 3 kilogram per cubic metre
        GL 1 3 gram per litre
        23 1000 3 gram per cubic centimetre
    """,
    "share": """
        P1 1 3 percent
        59 1/10000 3 part per million
    """,
}

# What people write and Rec 20 does not carry, with the way out.
_TRAPS = {
    "PCE": "write H87 (piece), EA (each) or C62 (one)",
    "PCS": "write H87 (piece)",
    "ST": "a sheet is a package (Rec 21 XST); for pieces write H87",
    "BX": "a box is a package (Rec 21 XBX); count its content in H87",
    "CT": "a carton is a package (Rec 21 XCT); count its content in H87",
    "PF": "a pallet is a package (Rec 21 XPF); count its content in H87",
    "RO": "a roll is a package (Rec 21 XRO); measure its content in MTR or KGM",
    "KG": "write KGM",
    "G": "write GRM",
    "L": "write LTR",
    "M": "write MTR",
}


def _read(dimension: str, line: str) -> Unit:
    code, ratio, decimals, name = line.split(maxsplit=3)
    exact = None if ratio == "-" else Fraction(ratio)
    return Unit(code, name, dimension, exact, int(decimals))


UNITS = {
    unit.code: unit
    for dimension, lines in _TABLE.items()
    for unit in (_read(dimension, line) for line in lines.strip().splitlines())
}


def find_unit(code: str, *, field: str = "unit") -> Unit:
    """The unit with this Rec 20 code; raises InvalidError naming `field` on any other text."""
    if found := UNITS.get(code):
        return found
    raise InvalidError(
        f"{code[:20]!r} is not a unit of UN/ECE Recommendation 20 known here",
        code="unknown_unit",
        field=field,
        hint=_TRAPS.get(code.upper(), "write the Rec 20 common code, such as KGM, LTR or H87"),
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
