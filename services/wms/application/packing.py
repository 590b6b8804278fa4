"""What a handling unit asks of the movements into it and out of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from services.kit.errors import ConflictError, NotFoundError, located
from services.wms.domain.handling_unit import OPEN, HandlingUnit
from services.wms.domain.movement import Movement
from services.wms.domain.place import Place
from services.wms.domain.rules import Part


def units_of(movements: Sequence[Movement]) -> set[str]:
    """Every unit that they name."""
    return {sscc for one in movements for sscc in (one.place.hu, one.to.hu) if sscc}


def check_packed(
    movements: Sequence[Movement], units: Mapping[str, HandlingUnit], carried: Collection[str]
) -> None:
    """Stock is packed where its unit is, and moves by itself within it alone.

    Units in `carried` move with all that is in them. Raises NotFoundError or ConflictError naming
    `movements[i]` and the field.
    """
    for position, movement in enumerate(movements):
        with located(f"movements[{position}]"):
            for field, sscc, place in _packed(movement):
                if sscc not in carried:
                    _check(field, units.get(sscc), sscc, place)
                    _refuse_parting(movement)


def _packed(movement: Movement) -> Iterator[tuple[str, str, Place]]:
    if movement.place.hu:
        yield "stock.handling_unit", movement.place.hu, movement.place
    if movement.to.hu:
        yield "to.handling_unit", movement.to.hu, movement.place


def _check(field: str, unit: HandlingUnit | None, sscc: str, place: Place) -> None:
    if unit is None:
        raise NotFoundError(
            f"there is no handling unit {sscc}",
            code="unknown_handling_unit",
            field=field,
            hint="build it first",
        )
    if (unit.plant, unit.location) != (place.lot.plant, place.location):
        raise ConflictError(
            f"{sscc} is at {unit.location or 'the default location'} of {unit.plant}",
            code="elsewhere",
            field=field,
            hint="name the location of the unit",
        )
    if unit.state not in OPEN:
        raise ConflictError(
            f"{sscc} is {unit.state}", code="unit_closed", field=field, hint="take another unit"
        )


def _refuse_parting(movement: Movement) -> None:
    if movement.place.hu and movement.rule.changes & {Part.LOCATION, Part.PLANT}:
        raise ConflictError(
            f"it is packed in {movement.place.hu}",
            code="packed",
            field="stock.handling_unit",
            hint="move the unit, or unpack it first",
        )
