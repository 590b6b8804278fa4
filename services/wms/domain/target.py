"""The other side of a movement: the place that gains what the one it names loses."""

from typing import NamedTuple

from services.kit.errors import InvalidError
from services.wms.domain.keys import LotKey
from services.wms.domain.place import Place, Status
from services.wms.domain.rules import Part, Rule


class Target(NamedTuple):
    """What a movement says of its other side; "" or None is as it is on this one."""

    plant: str = ""
    item_no: str = ""
    lot_no: str = ""
    status: Status | None = None
    hu: str = ""


SAME = Target()
"""Nothing is other than on this side."""


def find_other_side(rule: Rule, here: Place, to_location: str, to: Target) -> Place | None:
    """None where there is but one side; what the rule does not change stays as it is here."""
    if not rule.two_sided:
        return None
    there = here
    if rule.into:
        there = there._replace(status=to.status or rule.into[0])
    if rule.changes & {Part.PLANT, Part.GOODS}:
        plant, item_no, lot_no = here.lot
        lot = LotKey(to.plant or plant, to.item_no or item_no, to.lot_no or lot_no)
        there = there._replace(lot=lot)
    if rule.changes & {Part.PLANT, Part.LOCATION}:
        there = there._replace(location=to_location)
    if Part.OWNER in rule.changes:
        there = there._replace(owner="")
    if rule.changes & {Part.PACKED, Part.UNPACKED}:
        there = there._replace(hu=to.hu)
    return there


def check_target(name: str, rule: Rule, here: Place, to_location: str, to: Target) -> None:
    """Raises InvalidError naming the field that the type called `name` lacks or does not change."""
    for field, given, part in (
        ("to.plant", to.plant, Part.PLANT),
        ("to.handling_unit", to.hu, Part.PACKED),
    ):
        if bool(given) != (part in rule.changes):
            raise _misfit(name, field, wanted=not given)
    if (to.item_no or to.lot_no) and Part.GOODS not in rule.changes:
        raise _misfit(name, "to.item_no" if to.item_no else "to.lot_no", wanted=False)
    _check_status(name, rule, to.status)
    _check_sides(name, rule, here)
    _check_location(name, rule, to_location)
    if rule.two_sided and find_other_side(rule, here, to_location, to) == here:
        raise _same(rule)


def _check_status(name: str, rule: Rule, status: Status | None) -> None:
    if status is None:
        if len(rule.into) > 1:
            raise InvalidError(
                f"a {name} needs to know into which stock",
                code="status_required",
                field="to.status",
                hint=f"one of {', '.join(rule.into)}",
            )
    elif status not in rule.into:
        raise InvalidError(
            f"no {name} into {status} stock",
            code="wrong_status",
            field="to.status",
            hint=f"it leads to {', '.join(rule.into) or 'no other'}",
        )


def _check_sides(name: str, rule: Rule, here: Place) -> None:
    if Part.OWNER in rule.changes and not here.owner:
        raise _lacking(name, "stock.owner", "it is our own already")
    if Part.UNPACKED in rule.changes and not here.hu:
        raise _lacking(name, "stock.handling_unit", "it lies loose already")
    if Part.PACKED in rule.changes and here.hu:
        raise InvalidError(
            f"it is packed in {here.hu}",
            code="packed",
            field="stock.handling_unit",
            hint="unpack it first, or nest the unit it is in",
        )


def _check_location(name: str, rule: Rule, to_location: str) -> None:
    if to_location and Part.LOCATION not in rule.changes:
        raise InvalidError(
            f"a {name} stays where it is",
            code="bad_location",
            field="to_location",
            hint="leave it empty, and move it by a transfer_location",
        )


def _same(rule: Rule) -> InvalidError:
    field = "to_location" if Part.LOCATION in rule.changes else "to"
    return InvalidError(
        "it is there already",
        code="same_location" if field == "to_location" else "same_place",
        field=field,
        hint="name another one; an empty location is the plant's default one",
    )


def _misfit(name: str, field: str, *, wanted: bool) -> InvalidError:
    if wanted:
        return InvalidError(f"a {name} needs to know where to", code="target_required", field=field)
    return InvalidError(
        f"a {name} does not change this", code="bad_target", field=field, hint="leave it empty"
    )


def _lacking(name: str, field: str, why: str) -> InvalidError:
    return InvalidError(f"no {name}: {why}", code="nothing_to_change", field=field)
