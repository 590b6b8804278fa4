"""Postings to an ERP whose units have few decimals: parts are whole, and add up."""

from dataclasses import replace

import pytest
from plantmesh.erp.v1 import postings_pb2 as pb

from services.erp import wire
from services.erp.adapters.lane import announce
from services.erp.store.rounding import SqlRounding
from services.kit.lanes.desk import Act, skip
from services.kit.lanes.systems import System
from services.kit.lanes.worker import Worker
from services.kit.store import Store
from tests.component.erp.conftest import Stubs, ask
from tests.component.erp.requests import accept, line
from tests.component.erp.test_ledger_lane import drain, of
from tools.simulators.ledger.journal import documents
from tools.simulators.ledger.papers import Order
from tools.simulators.ledger.place import Place


@pytest.fixture
async def system(system: System) -> System:
    """Kilograms with three decimals."""
    return replace(system, settings={**system.settings, "decimals": {"KG": 3}})


def used(order: Order, name: str, amount: str, item_no: str = "steel") -> pb.Posting:
    """So much steel."""
    lines = [line(item_no=item_no, lot_no="", value=amount)]
    return of(order, name, kind=pb.POSTING_KIND_CONSUMPTION, lines=lines)


def booked(place: Place, order: Order) -> list[str]:
    """What the ledger has, in order of arrival, a reversal with a minus."""
    mine = [one.posting for one in documents(place.journal) if one.posting.order == order.order]
    return [f"{'-' if one.reverses else ''}{one.lines[0].quantity}" for one in mine]


async def test_parts_add_up_over_a_skip_and_a_reversal(
    store: Store, erp: Stubs, place: Place, worker: Worker, released: Order
) -> None:
    await erp.postings.AcceptPostings(
        accept(*(used(released, f"u-{n}", "3.3333") for n in range(3)))
    )
    await drain(worker)
    assert booked(place, released) == ["3.333", "3.334", "3.333"]
    # Too little to post: somebody skips it, and the next one carries it.
    await erp.postings.AcceptPostings(
        accept(used(released, "tiny", "0.0004"), used(released, "u-3", "1.0004"), key="k-2")
    )
    await drain(worker)
    [(entry, code)] = await ask(store, "SELECT id, code FROM lane_entry WHERE state = 'refused'")
    assert code == "rounds_to_nothing"
    async with store.work() as work:
        await skip(work, entry, Act("olga", "less than a gram"), announce())
    await drain(worker)
    assert booked(place, released)[3:] == ["1.001"]
    back = of(
        released,
        "back",
        kind=pb.POSTING_KIND_REVERSAL,
        lines=[],
        reverses=used(released, "u-3", "1").reference,
    )
    again = used(released, "u-4", "1.0003")
    await erp.postings.AcceptPostings(accept(back, again, key="k-3"))
    await drain(worker)
    assert booked(place, released)[4:] == ["-1.001", "1.001"]
    [(exact, posted)] = await ask(
        store,
        "SELECT sum(exact), sum(posted) FROM posting_rounding WHERE reversed_by = ''",
    )
    assert (str(exact.normalize()), str(posted.normalize())) == ("11.0006", "11.001")


async def test_what_was_never_posted_counts_for_nothing(
    store: Store, erp: Stubs, worker: Worker, released: Order
) -> None:
    refused, next_one = used(released, "g-0", "3.3333", "gold"), used(released, "g-1", "1", "gold")
    await erp.postings.AcceptPostings(accept(refused, next_one))
    await drain(worker)
    posting, gold = wire.read_payload(next_one.SerializeToString()), {("gold", "KG")}
    for counts in (True, False):
        async with store.work():
            before = await SqlRounding().before("erp-1", posting, gold)
        assert bool(before) is counts
        if counts:
            [(entry,)] = await ask(store, "SELECT id FROM lane_entry WHERE state = 'refused'")
            async with store.work() as work:
                await skip(work, entry, Act("olga", "no such item"), announce())
