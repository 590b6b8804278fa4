"""An engineering change: which revisions go and come, when, and what becomes of the old."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from services.kit.errors import ConflictError, InvalidError
from services.reference.domain.change_state import IN_FORCE, ChangeState
from services.reference.domain.item import Item
from services.reference.domain.names import Key, check_name, check_plant


class StockDisposition(StrEnum):
    """What becomes of stock of the revision that goes."""

    USE_UP = "use_up"
    REWORK = "rework"
    SCRAP = "scrap"


class OrderImpact(StrEnum):
    """What the change means for an order under way; its snapshot stays as it is."""

    FINISH_AS_IS = "finish_as_is"
    CHANGE_OVER = "change_over"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class AffectedItem:
    """`from_revision` is "" for a new item."""

    item_no: str
    to_revision: str
    disposition: StockDisposition
    from_revision: str = ""


@dataclass(frozen=True, slots=True)
class AffectedOrder:
    """An order that was open when the change was planned."""

    order_no: str
    impact: OrderImpact


@dataclass(frozen=True, slots=True)
class EngineeringChange:
    """At `plant`, "" = everywhere; from a day on, or from a serial number or lot."""

    eco_no: str
    plant: str = ""
    title: str = ""
    state: ChangeState | None = None
    affected: tuple[AffectedItem, ...] = ()
    effective_from: date | None = None
    effective_serial: str = ""
    effective_lot: str = ""
    open_orders: tuple[AffectedOrder, ...] = ()
    version: int = 0

    def __post_init__(self) -> None:
        """Refuse two beginnings, an item that comes twice, a revision that follows itself."""
        check_name(self.eco_no, "eco_no")
        if self.plant:
            check_plant(self.plant)
        if sum(map(bool, (self.effective_from, self.effective_serial, self.effective_lot))) > 1:
            raise InvalidError(
                "a change begins with a day, a serial number or a lot",
                code="ambiguous_effectivity",
                field="effective_from",
                hint="name one of them",
            )
        seen: set[str] = set()
        for place, one in enumerate(self.affected):
            if one.item_no in seen or one.from_revision == one.to_revision:
                raise InvalidError(
                    f"{one.item_no} goes from one revision to another, once",
                    code="bad_affected_item",
                    field=f"affected[{place}].to_revision",
                )
            seen.add(one.item_no)

    @property
    def key(self) -> Key:
        """Its number."""
        return (self.eco_no,)

    def settled(self, known: "EngineeringChange | None") -> "EngineeringChange":
        """Its next version after `known`: commands move its state, and only a draft is edited.

        Raises ConflictError where it cannot.
        """
        if known is None:
            return replace(self, state=self.state or ChangeState.DRAFT, version=1)
        settled = replace(self, state=self.state or known.state)
        if known.state is not ChangeState.DRAFT and settled != replace(known, version=self.version):
            raise ConflictError(
                f"{self.eco_no} is {known.state}",
                code="wrong_state",
                field="state",
                hint="AdvanceChanges: revise it to a draft first",
            )
        return replace(settled, state=known.state, version=known.version + 1)


def revision_on(item: Item, changes: Iterable[EngineeringChange], plant: str, day: date) -> str:
    """The item's revision at a plant on a day, as the changes in force by a day have it.

    Without one before that day it is what the first one after it replaces, else the item's own.
    """
    steps = sorted(
        (change.effective_from, one.from_revision, one.to_revision)
        for change in changes
        for one in change.affected
        if change.effective_from
        and change.state in IN_FORCE
        and change.plant in ("", plant)
        and one.item_no == item.item_no
    )
    done = [to for first, _, to in steps if first <= day]
    if done:
        return done[-1]
    return steps[0][1] if steps else item.revision
