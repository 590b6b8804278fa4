"""What process asks of wms and erp for a confirmation, and to take it back, is what they take."""

from dataclasses import replace

from services.erp import wire as erp_wire
from services.erp.domain.posting import Kind
from services.process.domain.effects import Effect, Movement, Posting
from services.process.domain.facts import Consumption, TakenBack
from services.process.domain.keys import OrderKey
from services.process.domain.ledger import released_at_once
from services.process.domain.plan import effects_of, effects_of_part, effects_taken_back
from services.process.wire import requests
from services.wms import wire as wms_wire
from tests.unit.process.samples import AT, confirmed, kilograms
from tests.unit.wms.memory import MemoryWarehouse
from tests.unit.wms.moves import receive
from tests.unit.wms.use_cases import carry, stock

ORDER = OrderKey("lyon", "4711")
FLOUR = Consumption("FLOUR", "F1", kilograms(9))
REPORT = replace(
    confirmed(1, 10, scrap=("1",), consumed=(FLOUR,)),
    item_no="BREAD",
    returned=(replace(FLOUR, quantity=kilograms(2)),),
)
PART = released_at_once(1, "L-1", REPORT.good)
DONE = [*effects_of(REPORT, ""), *effects_of_part(ORDER, "BREAD", PART, AT)]
UNDONE = list(effects_taken_back(REPORT, TakenBack(ORDER, 2, 1, AT)))


def movements(effects: list[Effect]) -> list[Movement]:
    return [one for one in effects if isinstance(one, Movement)]


def postings(effects: list[Effect]) -> list[Posting]:
    return [one for one in effects if isinstance(one, Posting)]


async def test_stock_is_as_if_nothing_had_been_reported() -> None:
    warehouse = MemoryWarehouse()
    await carry(warehouse, receive("r1", "9"))
    before = await stock(warehouse, "FLOUR/F1", "BREAD/L-1")
    for effects in (DONE, UNDONE):
        request = requests.move_stock(movements(effects), "key")
        given = wms_wire.read_movements(request.movements)
        assert await carry(warehouse, *given) == [False] * 3
        assert await carry(warehouse, *given) == [True] * 3
        after = await stock(warehouse, "FLOUR/F1", "BREAD/L-1")
        assert (after == before) is (effects is UNDONE)


def test_the_erp_is_asked_to_reverse_each_document_by_its_reference() -> None:
    done, undone = (
        [erp_wire.read_posting(one) for one in requests.accept_postings(given, "key").postings]
        for given in (postings(DONE), postings(UNDONE))
    )
    assert [one.kind for one in done] == [Kind.CONSUMPTION, Kind.RETURN, Kind.SCRAP, Kind.YIELD]
    assert [one.reverses for one in undone] == [one.reference for one in reversed(done)]
    assert {one.kind for one in undone} == {Kind.REVERSAL}
