"""What wms tells of ways between plants is one genealogy in mes, in whatever order it arrives."""

from collections import defaultdict
from collections.abc import Sequence
from random import Random

import pytest
from google.protobuf.message import Message

from services.kit.backbone.rules import check_rules
from services.mes.application.rebuild_genealogy import rebuild_genealogy
from services.mes.application.recall import recall
from services.mes.application.trace import Start, Wish
from services.mes.consumers import stock
from services.mes.domain.events import LotOperated, LotOperationVoided
from services.mes.domain.genealogy import Direction
from services.mes.domain.keys import LotKey
from services.mes.wire import write_fact
from tests.hearing import hear
from tests.unit.mes.memory import MemoryFloor
from tests.unit.wms.between_plants import LEFT, told


def interleaved(told: Sequence[tuple[str, Message]], chance: Random) -> list[Message]:
    """In the order of each key alone; now and then a key tells all of it again."""
    keys = defaultdict[str, list[Message]](list)
    for key, message in told:
        keys[key].append(message)
    behind = {key: 0 for key in keys}
    found = []
    while waiting := sorted(key for key in keys if behind[key] < len(keys[key])):
        key = chance.choice(waiting)
        found.append(keys[key][behind[key]])
        behind[key] += 1
        if chance.random() < 0.1:
            behind[key] = 0
    return found


@pytest.mark.parametrize("seed", range(20))
async def test_the_same_genealogy_in_any_order(seed: int) -> None:
    floor, story = MemoryFloor(), await told()
    async with floor.work() as books:
        consumer = stock(books)
    await hear(floor, consumer, *interleaved(story, Random(seed)))
    if seed % 2:
        async with floor.work() as books:
            await rebuild_genealogy(books)
    starts = [Start(LotKey(*name.split("/"))) for name in LEFT]
    async with floor.work() as books:
        lots = await books.lots.get({one.lot for one in starts})
        back = await recall(books, starts, Wish(Direction.BACKWARD, 10), edges=True)
        ahead = await recall(books, starts, Wish(Direction.FORWARD, 10))
    assert {str(key): lot.on_hand and lot.on_hand.text for key, lot in lots.items()} == LEFT
    # Flour of Lyon went to Nice and some came back: each is made of the other.
    every, both = set(LEFT), {"lyon/FLOUR/F1", "nice/FLOUR/F1"}
    assert [set(map(str, one.trace.keys)) for one in ahead] == [every, every, every - both]
    assert [set(map(str, one.trace.keys)) for one in back] == [both, both, every]
    for one in back:
        assert [receipt.supplier_lot for receipt in one.receipts if receipt.supplier] == ["M-77"]
    for one in ahead:
        assert [sold.customer for sold in one.shipments if sold.customer] == ["ACME"]
    assert {
        f"{one.link.source} > {one.link.target}": str(one.quantity) for one in back[2].edges
    } == {
        "lyon/FLOUR/F1 > nice/FLOUR/F1": "9 KGM",
        "nice/FLOUR/F1 > lyon/FLOUR/F1": "1 KGM",
        "nice/FLOUR/F1 > nice/FLOUR/F9": "2 KGM",
    }
    for fact in floor.facts:
        assert isinstance(fact, LotOperated | LotOperationVoided)
        assert check_rules(write_fact(fact)) is None
