"""The curated table behind units.py: units of UN/ECE Rec 20, and what people write instead.

Ratios are definitions (a pound *is* 0.45359237 kg), not rounded factors.
Source: UN/ECE Rec 20 rev 17, SI, NIST SP 811.
"""

# dimension (base unit): one "code ratio decimals name" a line; a ratio is a decimal or a fraction.
TABLE = {
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
        HGM 1/10 3 hectogram
        DJ 1/100 3 decagram
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
        STI 6.35029318 3 stone (UK)
        CWI 50.80234544 3 hundredweight (UK)
        APZ 0.0311034768 3 troy ounce
        CTM 0.0002 3 metric carat
        KTN 1000000 3 kilotonne
    """,
    "length": """
        MTR 1 3 metre
        C45 1/1000000000 3 nanometre
        4H 1/1000000 3 micrometre
        MMT 1/1000 3 millimetre
        CMT 1/100 3 centimetre
        DMT 1/10 3 decimetre
        KMT 1000 3 kilometre
        A45 10 3 decametre
        HMT 100 3 hectometre
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
        A44 1/100 3 decalitre
        K6 1 3 kilolitre
        INQ 0.000016387064 3 cubic inch
        FTQ 0.028316846592 3 cubic foot
        YDQ 0.764554857984 3 cubic yard
        OZA 0.0000295735295625 3 fluid ounce (US)
        QTL 0.000946352946 3 liquid quart (US)
        PTL 0.000473176473 3 liquid pint (US)
        OZI 0.0000284130625 3 fluid ounce (UK)
        PTI 0.00056826125 3 pint (UK)
        QTI 0.0011365225 3 quart (UK)
        GLL 0.003785411784 3 gallon (US)
        GLI 0.00454609 3 gallon (UK)
        BLL 0.158987294928 3 barrel (US petroleum)
    """,
    "time": """
        SEC 1 3 second
        C26 1/1000 0 millisecond
        B98 1/1000000 0 microsecond
        C47 1/1000000000 0 nanosecond
        MIN 60 3 minute
        HUR 3600 3 hour
        DAY 86400 3 day
        WEE 604800 3 week
        MON - 0 month
        ANN - 0 year
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
        GV 1000000000 3 gigajoule
        WHR 3600 3 watt hour
        KWH 3600000 3 kilowatt hour
        MWH 3600000000 3 megawatt hour
        GWH 3600000000000 3 gigawatt hour
    """,
    "power": """
        WTT 1 3 watt
        C31 1/1000 3 milliwatt
        KWT 1000 3 kilowatt
        MAW 1000000 3 megawatt
        A90 1000000000 3 gigawatt
        HJ 735.49875 3 metric horse power
    """,
    "pressure": """
        PAL 1 3 pascal
        A97 100 3 hectopascal
        KPA 1000 3 kilopascal
        MPA 1000000 3 megapascal
        MBR 100 3 millibar
        BAR 100000 3 bar
        ATM 101325 3 standard atmosphere
        PS 8896443230521/1290320000 3 pound-force per square inch
    """,
    "force": """
        NEW 1 3 newton
        B47 1000 3 kilonewton
        B51 9.80665 3 kilogram-force
        C78 4.4482216152605 3 pound-force
    """,
    "torque": """
        NU 1 3 newton metre
        B48 1000 3 kilonewton metre
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
    "resistance": """
        OHM 1 3 ohm
        B49 1000 3 kiloohm
    """,
    "charge": """
        COU 1 3 coulomb
        AMH 3600 3 ampere hour
    """,
    "apparent power": """
        D46 1 3 volt - ampere
        KVA 1000 3 kilovolt - ampere
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
        HM 0.44704 3 mile per hour
        FS 0.3048 3 foot per second
        KNT 463/900 3 knot
    """,
    "flow": """
        MQS 1 3 cubic metre per second
        MQH 1/3600 3 cubic metre per hour
        L2 1/60000 3 litre per minute
        E32 1/3600000 3 litre per hour
        G51 1/1000 3 litre per second
    """,
    "mass flow": """
        KGS 1 3 kilogram per second
        E93 1/3600 3 kilogram per hour
    """,
    "density": """
        KMQ 1 3 kilogram per cubic metre
        GL 1 3 gram per litre
        M1 1/1000 3 milligram per litre
        23 1000 3 gram per cubic centimetre
    """,
    "grammage": """
        28 1 3 kilogram per square metre
        GM 1/1000 3 gram per square metre
    """,
    "linear density": """
        KL 1 3 kilogram per metre
        D34 1/1000000 3 tex
    """,
    "viscosity": """
        C65 1 3 pascal second
        C24 1/1000 3 millipascal second
    """,
    "amount of substance": """
        C34 1 3 mole
        C18 1/1000 3 millimole
    """,
    "angle": """
        DD 1 3 degree
        D61 1/60 3 minute (angle)
        D62 1/3600 3 second (angle)
        C81 - 3 radian
    """,
    "light": """
        LUX 1 3 lux
    """,
    "share": """
        P1 1 3 percent
        59 1/10000 3 part per million
    """,
}

# What people write and Rec 20 does not carry, with the way out. A bare package code (BX, deleted)
# needs no line: find_unit knows its X.
TRAPS = {
    "PCE": "write H87 (piece), EA (each) or C62 (one)",
    "PCS": "write H87 (piece)",
    "ST": "a sheet is the package XST of Rec 21; for pieces write H87",
    "PF": "a pallet is the package XPX of Rec 21 (XPF is a pen for animals)",
    "KG": "write KGM (a keg is the package XKG of Rec 21)",
    "G": "write GRM",
    "L": "write LTR",
    "M": "write MTR",
}
