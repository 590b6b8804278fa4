"""A drill: erp's replicas die, finance does its work meanwhile, the last one books what is left."""

import asyncio
import time
from dataclasses import dataclass, field

from services.erp import consumers
from services.erp.domain.keys import OrderKey
from services.erp.domain.order import Lifecycle, News, Status
from services.erp.store import sql_books
from services.kit.backbone.outbox import Outbox
from services.kit.store import Store
from tests.component.erp.money.books import put_costs
from tests.faults.crash import Crash, Fault
from tests.faults.money.judge import ask, behind, waiting
from tests.faults.money.roles import ORDERS, Booking, Carrying, Moving
from tests.faults.place import Place
from tests.faults.process import Actor, Role
from tests.unit.erp.memory import order
from tools.mesh.wait import until

ERP: Crash = {
    "money.booked": Fault(chance=0.05),
    "money.settled": Fault(chance=0.1),
    "money.released": Fault(chance=0.5),
}
"""Each between a change of the journal and its commit."""
_WANTED = (
    "SELECT DISTINCT split_part(wants, '/', 2) FROM parked_document"
    " WHERE code = 'unknown_item' AND since < clock_timestamp() - interval '0.3 s'"
)


@dataclass
class Drill:
    """A warehouse, two relays and two replicas of erp, restarted as often as they die."""

    place: Place
    seed: int
    ending: list[str] = field(default_factory=lambda: list(ORDERS))
    due: float = field(default_factory=lambda: time.monotonic() + 1)

    def __post_init__(self) -> None:
        """Nobody works yet."""
        self.warehouse = self._actor("warehouse", Moving())
        self.erp = [self._actor(name, Booking(), ERP) for name in ("erp1", "erp2")]
        relays = [self._actor(f"relay.{one.name}", Carrying(one)) for one in _TOPICS]
        self.everyone = [*relays, self.warehouse, *self.erp]

    def run(self, hits: int) -> None:
        """Until every point was struck so often, and after that all is booked."""
        try:
            until(lambda: self._struck(hits), "erp killed at every point", seconds=60 + 30 * hits)
            self.warehouse.end()
            for actor in self.erp:
                actor.kill()
            last = self._actor("erp3", Booking())
            self.everyone.append(last)
            last.start()
            # What was being read at a death is read one by one.
            until(self._done, "everything booked", seconds=60 + 45 * hits)
        finally:
            for actor in self.everyone:
                actor.end()

    def _actor(self, name: str, role: Role, crash: Crash | None = None) -> Actor:
        return Actor(name, role, self.place, crash or {}, self.seed)

    def _struck(self, hits: int) -> bool:
        for actor in self.everyone:
            if not actor.alive():
                actor.start()
        self._finance()
        counts = self.place.counters.read()
        return not self.ending and all(counts[f"kill.{point}"] >= hits for point in ERP)

    def _done(self) -> bool:
        self._finance()
        return behind(self.place) == 0 and waiting(self.place) == 0

    def _finance(self) -> None:
        """Now and then an order is closed, and what waits is priced."""
        if time.monotonic() > self.due:
            self.due = time.monotonic() + 0.4
            asyncio.run(self._price())
            if self.ending:
                asyncio.run(self._close(self.ending.pop()))

    async def _price(self) -> None:
        wanted = [item_no for (item_no,) in ask(self.place.reader, _WANTED)]
        if wanted:
            store = Store(self.place.reader)
            await put_costs(store, **dict.fromkeys(wanted, "0.333"))
            await store.close()

    async def _close(self, order_no: str) -> None:
        """As its ERP says."""
        store = Store(self.place.reader)
        store.bind(Outbox(consumers.ERP))
        closed = order(OrderKey("lyon", order_no), status=Status(Lifecycle.CLOSED))
        async with store.work():
            await sql_books().orders.put(closed, News.CHANGED)
        await store.close()


_TOPICS = (consumers.WMS, consumers.ERP)
