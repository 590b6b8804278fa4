"""`python -m tools.movements` writes docs/movements.md, with --check it says whether it is old."""

import sys
from collections.abc import Iterable, Mapping

from services.wms.domain.hold import Block
from services.wms.domain.place import Status
from services.wms.domain.rules import RULES, MovementType, Part, Rule
from tools.mesh.files import write_whole
from tools.mesh.program import HERE

FILE = HERE / "docs" / "movements.md"
_HEAD = """\
# Movements of stock

Written by `make states` from `services/wms/domain/rules.py`; `make check` refuses a page that
differs. A movement names one side, in one of the statuses below; with an arrow, another place gains
what that side loses. A hold forbids a movement, or taking it back by a REVERSAL, where it blocks
what stands there. SAP's types (k) are from general knowledge, not all checked against its help;
bizSteps are those of EPCIS CBV 2.0.

| movement | stock | needs | forbidden by | reversal forbidden by | SAP (k) | EPCIS bizStep |
| --- | --- | --- | --- | --- | --- | --- |
"""
_OTHER = {
    Part.LOCATION: "to_location",
    Part.PLANT: "to.plant",
    Part.GOODS: "to.item_no or to.lot_no",
    Part.PACKED: "to.handling_unit",
    Part.UNPACKED: "loose",
    Part.OWNER: "our own",
}


def page() -> str:
    """The whole page."""
    return _HEAD + "\n".join(_row(type, rule) for type, rule in RULES.items()) + "\n"


def _row(type: MovementType, rule: Rule) -> str:
    cells = (
        type.name,
        _stock(type, rule),
        ", ".join(_needs(rule)),
        _blocks(rule.stopped_by),
        _blocks(rule.back_stopped_by),
        _sap(rule.sap),
        rule.biz_step,
    )
    return f"| {' | '.join(cell or '-' for cell in cells)} |"


def _stock(type: MovementType, rule: Rule) -> str:
    if type is MovementType.REVERSAL:
        return "what it takes back, inverted"
    sign = "+/-" if rule.signed else "+" if rule.adds else "-"
    sides = _names(rule.status)
    if not rule.two_sided:
        return f"{sign} {sides}"
    other = [_names(rule.into)] if rule.into else []
    return f"{sides} -> {', '.join([*other, *(_OTHER[one] for one in sorted(rule.changes))])}"


def _needs(rule: Rule) -> Iterable[str]:
    if rule.of_order:
        yield "order_no"
    if rule.reason:
        yield "reason"
    if len(rule.into) > 1:
        yield "to.status"
    if Part.OWNER in rule.changes:
        yield "stock.owner"


def _names(statuses: Iterable[Status]) -> str:
    given = list(statuses)
    left_out = [one for one in Status if one not in given]
    if len(given) > 4:
        return f"any but {', '.join(one.name for one in left_out)}" if left_out else "any"
    return ", ".join(one.name for one in given)


def _blocks(blocks: Iterable[Block]) -> str:
    return ", ".join(sorted(one.name for one in blocks))


def _sap(sap: str | Mapping[Status, str]) -> str:
    if isinstance(sap, str):
        return sap
    by_code: dict[str, list[str]] = {}
    for status, code in sap.items():
        by_code.setdefault(code, []).append(status.name)
    return ", ".join(f"{code} {' '.join(statuses)}" for code, statuses in by_code.items())


def main(arguments: list[str]) -> int:
    """0 when the page is as the code says, or was made so."""
    wanted = page()
    if arguments != ["--check"]:
        write_whole(FILE, wanted)
        return 0
    if FILE.exists() and FILE.read_text() == wanted:
        return 0
    sys.stderr.write("docs/movements.md is old; run `make states`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
