"""What was made and what was booked, counted alike: per order, what it is and where it went."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import msgspec
from plantmesh.mes.v1.counts_pb2 import CountKind, UncountedDifference
from plantmesh.mes.v1.events_pb2 import OperationConfirmed

from tests.contract.opcua.peer import Step


class Kept(NamedTuple):
    """`kind` good goes into a lot, scrap has a reason, consumed is taken from a lot."""

    order: str
    kind: str
    of: str


Tally = Mapping[Kept, Decimal]


def made(steps: Iterable[Step]) -> Tally:
    """By the machine's own file: what each step added belongs to the job it shows.

    A controller that lost its counters began at nothing.
    """
    total: dict[Kept, Decimal] = defaultdict(Decimal)
    known = list(steps)
    for before, after in pairwise([_nothing(known[0]), *known]):
        base = _nothing(after) if after.pieces < before.pieces else before
        total[Kept(after.order, "good", after.lot)] += after.good - base.good
        total[Kept(after.order, "scrap", after.reason)] += after.scrap - base.scrap
        used = after.material - base.material
        total[Kept(after.order, "consumed", after.material_lot)] += used
    return _something(total)


def booked(confirmations: Iterable[OperationConfirmed]) -> Tally:
    """By mes."""
    total: dict[Kept, Decimal] = defaultdict(Decimal)
    for one in confirmations:
        told = one.confirmation
        order = told.order.order_no
        total[Kept(order, "good", told.lot_no)] += Decimal(getattr(told, "yield").value)
        for scrap in told.scrap:
            total[Kept(order, "scrap", scrap.reason)] += Decimal(scrap.quantity.value)
        for used in told.consumed:
            total[Kept(order, "consumed", used.lot_no)] += Decimal(used.quantity.value)
    return _something(total)


def all_of(tally: Tally) -> Mapping[str, Decimal]:
    """By kind alone, whatever order it belongs to."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for kept, amount in tally.items():
        total[kept.kind] += amount
    return dict(total)


def waiting(differences: Iterable[UncountedDifference]) -> Mapping[str, Decimal]:
    """By kind: what nobody attributed yet."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for one in differences:
        kind = CountKind.Name(one.kind).removeprefix("COUNT_KIND_").lower()
        total[kind] += Decimal(one.quantity.value)
    return dict(total)


def _nothing(step: Step) -> Step:
    return msgspec.structs.replace(step, good=0, scrap=0, material=Decimal(0))


def _something(total: Mapping[Kept, Decimal]) -> Tally:
    return {kept: amount for kept, amount in total.items() if amount}
