"""Looks as telemetry tells of them, and what could not be booked of them."""

from collections.abc import Iterable

from plantmesh.mes.v1 import counts_pb2 as _pb
from plantmesh.telemetry.v1 import equipment_pb2, events_pb2

from services.kit.wire import (
    read_instant,
    read_quantity,
    write_instant,
    write_moment,
    write_quantity,
)
from services.mes.application.attribute_counts import Attribution
from services.mes.domain.counting import Uncounted
from services.mes.domain.look import CountKind, Job, Look, Material, Quality, Reading, Term
from services.mes.wire.keys import bare


def read_look(id: str, message: events_pb2.CountersRead, incarnation: int) -> Look:
    """As it stood in the stream; raises InvalidError naming a field that is no quantity or time."""
    quality = bare(equipment_pb2.Quality.Name(message.quality))
    return Look(
        id=id,
        plant=message.plant,
        equipment=message.equipment,
        term=Term(incarnation, message.epoch),
        job=Job(message.order_no, message.lot_no),
        readings=tuple(
            _read_reading(one, f"counters[{place}]") for place, one in enumerate(message.counters)
        ),
        read_at=read_instant(message.read_at, field="read_at"),
        # What says nothing of itself is not relied on.
        quality=Quality.BAD if quality == "UNSPECIFIED" else Quality[quality],
        after_gap=message.HasField("gap_since"),
    )


def read_attributions(messages: Iterable[_pb.Attribution]) -> list[Attribution]:
    """One of job and dismissal is given: its rules were checked at the border."""
    return [
        Attribution(
            one.id,
            Job(one.job.order_no, one.job.lot_no) if one.HasField("job") else None,
            one.reason,
        )
        for one in messages
    ]


def write_uncounted(rows: Iterable[Uncounted]) -> list[_pb.UncountedDifference]:
    """In their order."""
    return [_write_row(row) for row in rows]


def _read_reading(message: equipment_pb2.CounterReading, path: str) -> Reading:
    return Reading(
        counter=message.counter,
        kind=CountKind[equipment_pb2.CounterKind.Name(message.kind).removeprefix("COUNTER_KIND_")],
        total=read_quantity(message.reading, field=f"{path}.reading"),
        incarnation=message.incarnation,
        material=Material(message.item_no, message.lot_no),
        reason=message.reason,
    )


def _write_row(row: Uncounted) -> _pb.UncountedDifference:
    one, settlement = row.difference, row.settlement
    return _pb.UncountedDifference(
        id=one.id,
        plant=one.plant,
        equipment=one.equipment,
        counter=one.reading.counter,
        kind=_pb.CountKind.Value(f"COUNT_KIND_{one.reading.kind.name}"),
        quantity=write_quantity(one.quantity),
        item_no=one.reading.material.item_no,
        material_lot_no=one.reading.material.lot_no,
        scrap_reason=one.reading.reason,
        before=_write_job(one.before),
        after=_write_job(one.after),
        read_at=write_instant(one.read_at),
        time_uncertain=one.time_uncertain,
        code=one.doubt.code if one.doubt else "",
        reason=one.doubt.reason if one.doubt else "",
        recorded_at=write_moment(row.recorded_at),
        state=_pb.CountState.Value(f"COUNT_STATE_{row.state.name}"),
        booked_on=_write_job(settlement.job) if settlement else None,
        settled_by=settlement.by if settlement else "",
        settled_because=settlement.reason if settlement else "",
        settled_at=write_moment(settlement.at) if settlement else None,
    )


def _write_job(job: Job | None) -> _pb.Job | None:
    return None if job is None else _pb.Job(order_no=job.order_no, lot_no=job.lot_no)
