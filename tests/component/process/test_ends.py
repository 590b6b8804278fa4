"""An order ends when everything of it is posted: on the floor first, then in the ERP, once."""

from plantmesh.erp.v1 import postings_pb2
from plantmesh.quality.v1 import quality_pb2

from services.kit.errors import ConflictError
from tests.component.process.events import (
    PLANT,
    confirmed,
    disposed,
    ended,
    posting_done,
    reversed_by,
)
from tests.component.process.rig import ProcessRig, until


def key(order: str) -> str:
    """Of its events."""
    return f"{PLANT}/{order}"


async def complete(rig: ProcessRig, order: str, lot: str = "free-1") -> None:
    """A confirmation that is the last."""
    await rig.tell(
        "mes", (key(order), confirmed(order, 1, "5", lot=lot)), (key(order), ended(order))
    )


async def post(rig: ProcessRig, *references: str) -> None:
    """The ERP has posted these, once they are accepted."""
    accepted = rig.peers.postings.accepted
    await until(lambda: {*references} <= {one.reference for one in accepted})
    for one in accepted:
        if one.reference in references:
            await rig.tell("erp", (key(one.order.order_no), posting_done(one, "D")))


async def test_an_order_is_closed_once_everything_is_posted_and_the_erp_is_told(
    rig: ProcessRig,
) -> None:
    """4711 ends; 4712 has yield at quality, 4713 a quarantine, 4714 a reversal, 4715 is late."""
    await rig.start(PLANTMESH_CLOSE_AFTER_SECONDS="0")
    floor, erp = rig.peers.mes.order, rig.peers.erp.order
    await complete(rig, "4711")
    await complete(rig, "4712", lot="L-4712")
    await complete(rig, "4713", lot="L-4713")
    await complete(rig, "4714")
    last = confirmed("4714", 1, "5", lot="free-1")
    await rig.tell("mes", (key("4714"), reversed_by(2, last)))
    rig.peers.mes.refused["close 4715"] = ConflictError("a report more", code="order_changed")
    await complete(rig, "4715")
    await until(lambda: len(erp) == 10)
    assert floor == []  # nothing is posted yet

    await post(rig, "lyon/4711/1/consumption", "lyon/4711/1/yield")
    await until(lambda: floor == ["close 4711 1"])
    assert not [one for one in erp if one.endswith("/close")]
    # The answer may be lost: whoever asks again asks the same.
    await rig.tell("mes", (key("4711"), ended("4711", closed=True)))
    await until(lambda: "lyon/4711/1/close" in erp)
    closing = rig.peers.postings.accepted[-1]
    assert (closing.kind, list(closing.lines)) == (postings_pb2.POSTING_KIND_CLOSE, [])
    assert rig.peers.mes.actors == {"somebody at mes"}

    quarantine = disposed("4713", 1, "5", quality_pb2.OUTCOME_QUARANTINE)
    await rig.tell("quality", ("lyon/widget/L-4713", quarantine))
    await post(rig, "lyon/4712/1/consumption", "lyon/4713/1/consumption")
    await post(rig, *(one for one in erp if one.startswith("lyon/4714")))
    await post(rig, "lyon/4715/1/consumption", "lyon/4715/1/yield")
    moved = rig.peers.stock.moved
    await until(lambda: any(one.reference.startswith("lyon/4713/1/block") for one in moved))
    await until(lambda: rig.peers.mes.calls.count("CommandWorkOrders") == 2 and rig.open() == 0)
    assert floor == ["close 4711 1"]
    # The floor had reported more: it is asked again when that is known and posted.
    del rig.peers.mes.refused["close 4715"]
    await rig.tell("mes", (key("4715"), confirmed("4715", 2, "0", lot="free-1")))
    await post(rig, "lyon/4715/2/consumption")
    await until(lambda: floor == ["close 4711 1", "close 4715 2"])
    # What is accepted of the inspected yield goes to the ERP first.
    await rig.tell("quality", ("lyon/widget/L-4712", disposed("4712", 1, "5")))
    await post(rig, "lyon/4712/1/yield/I-L-4712/1")
    await until(lambda: floor[2:] == ["close 4712 1"])
    # Somebody closes 4713 by hand: he says that nobody decides on the quarantine any more.
    await rig.tell("mes", (key("4713"), ended("4713", closed=True)))
    await until(
        lambda: (
            [one for one in erp if one.endswith("/close")]
            == ["lyon/4711/1/close", "lyon/4713/1/close"]
        )
    )


async def test_a_completed_order_stays_open_for_a_while_and_through_deaths(
    rig: ProcessRig,
) -> None:
    await rig.start(PLANTMESH_CLOSE_AFTER_SECONDS="3")
    await complete(rig, "4711")
    await post(rig, "lyon/4711/1/consumption", "lyon/4711/1/yield")
    posted = "SELECT count(*) FROM effect WHERE posting = 'posted'"
    await until(lambda: rig.ask(posted) == [(2,)])
    assert rig.ask("SELECT stage FROM closing") == [("completed",)]
    rig.kill()
    await rig.start(PLANTMESH_CLOSE_AFTER_SECONDS="3")
    await until(lambda: rig.peers.mes.order == ["close 4711 1"])
    assert rig.peers.mes.repeated == 0
