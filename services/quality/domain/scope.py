"""What a hold is placed on, other than lots by name: whatever falls under it, now and later."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from services.kit.clock import Instant
from services.kit.errors import InvalidError

MOST_DAYS = 366
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class OrderScope:
    """Every lot that a production order makes."""

    order_no: str


@dataclass(frozen=True, slots=True)
class ItemScope:
    """Every lot of an item that came into being from one day to another, both counted.

    Without a last day no end is known. Days are those of the clock where it was reported.
    """

    item_no: str
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class EquipmentScope:
    """Every lot made on a piece of equipment, or a part of it, from one moment until another."""

    equipment: str
    starts_at: Instant
    ends_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class SupplierLotScope:
    """Every lot received under a number of its supplier's, or maker's, own."""

    party: str
    supplier_lot: str


Scope: TypeAlias = OrderScope | ItemScope | EquipmentScope | SupplierLotScope


class Kind(StrEnum):
    """What a scope names that others own."""

    ORDER = "order"
    ITEM = "item"
    EQUIPMENT = "equipment"
    PARTY = "party"


class Name(NamedTuple):
    """One of that kind; of an order "<plant>/<order_no>"."""

    kind: Kind
    key: str


class Named(NamedTuple):
    """What a scope names, and its field that does."""

    name: Name
    field: str


def name_of(scope: Scope, plant: str) -> Named:
    """What has to be known for it to mean anything."""
    match scope:
        case OrderScope(order_no):
            return Named(Name(Kind.ORDER, f"{plant}/{order_no}"), "scope.order.order_no")
        case ItemScope(item_no):
            return Named(Name(Kind.ITEM, item_no), "scope.item.item_no")
        case EquipmentScope(equipment):
            return Named(Name(Kind.EQUIPMENT, equipment), "scope.equipment.equipment")
        case _:
            return Named(Name(Kind.PARTY, scope.party), "scope.supplier_lot.party")


def check_scope(scope: Scope, plant: str, now: datetime) -> None:
    """Raises InvalidError naming the field where a range is inverted or too wide, or another
    plant's equipment is meant. A range without an end counts to `now`.
    """
    if isinstance(scope, ItemScope):
        _check_days(scope, now)
    elif isinstance(scope, EquipmentScope):
        _check_plant(scope, plant)
        _check_times(scope, now)


def _check_days(scope: ItemScope, now: datetime) -> None:
    path, last = "scope.item", scope.last_day
    if last and last < scope.first_day:
        raise _inverted(f"{path}.last_day", f"{last} is before {scope.first_day}")
    if ((last or now.date()) - scope.first_day).days >= MOST_DAYS:
        raise _too_wide(f"{path}.last_day" if last else f"{path}.first_day", f"{MOST_DAYS} days")


def _check_times(scope: EquipmentScope, now: datetime) -> None:
    path, start, end = "scope.equipment", scope.starts_at, scope.ends_at
    if end and end.moment <= start.moment:
        raise _inverted(f"{path}.ends_at", f"{end} is not after {start}")
    if (end.moment if end else now) - start.moment > LONGEST:
        raise _too_wide(f"{path}.ends_at" if end else f"{path}.starts_at", f"{LONGEST.days} days")


def _check_plant(scope: EquipmentScope, plant: str) -> None:
    if scope.equipment.partition("/")[0] != plant:
        raise InvalidError(
            f"{scope.equipment} is not in {plant}",
            code="foreign_equipment",
            field="scope.equipment.equipment",
            hint="a hold is placed in one plant; the path of its equipment begins with it",
        )


def _inverted(field: str, why: str) -> InvalidError:
    return InvalidError(why, code="range_inverted", field=field, hint="say first what comes first")


def _too_wide(field: str, most: str) -> InvalidError:
    return InvalidError(
        f"a scope spans {most} at most",
        code="range_too_wide",
        field=field,
        hint="place several holds, or give it an end",
    )
