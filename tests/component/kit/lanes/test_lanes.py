"""Systems as data: two ERPs in one process, routed by plant, changed while it runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest

from services.kit.components import Component, State, reporting
from services.kit.errors import ConflictError, InvalidError, NotFoundError
from services.kit.lanes.accept import accept
from services.kit.lanes.board import show_traffic
from services.kit.lanes.lanes import Lanes
from services.kit.lanes.outcome import Capabilities, Unavailable
from services.kit.lanes.systems import System, all_systems, put_system, system_of
from services.kit.lanes.terms import Terms
from services.kit.store import Store
from tests.component.kit.lanes.conftest import ERP, Told, offer
from tests.component.kit.lanes.memory import MemoryErp

OTHER = System("erp-2", "memory", ("oslo", "turku"), budget=50, secret="erp-2-login")


@dataclass
class Site:
    """Every system that was connected to, by id, newest last."""

    connected: dict[str, list[MemoryErp]] = field(default_factory=dict)

    def connect(self, system: System) -> MemoryErp:
        """As an adapter's constructor does."""
        self.connected.setdefault(system.id, []).append(MemoryErp())
        return self.connected[system.id][-1]

    def posted(self, id: str) -> list[str]:
        """References in the newest connection's journal."""
        return [reference for _, reference in self.connected[id][-1].journal]


@pytest.fixture
def component() -> Component:
    return Component("lanes")


@pytest.fixture
async def site(store: Store, told: Told, component: Component) -> AsyncIterator[Site]:
    site, stop = Site(), asyncio.Event()
    lanes = Lanes(store, {"memory": site.connect}, told, look_every=0.05)
    with reporting(component):
        running = asyncio.create_task(lanes.run(stop))
    yield site
    stop.set()
    await running


async def put(store: Store, system: System) -> None:
    async with store.work() as work:
        await put_system(work, system)


async def eventually(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not fact():  # noqa: ASYNC110 - the fact is another loop's, it has no event
            await asyncio.sleep(0.01)


async def test_plants_find_their_systems(store: Store) -> None:
    await put(store, OTHER)
    async with store.work() as work:
        assert [await system_of(work, plant) for plant in ("lyon", "turku")] == [ERP, OTHER]
        assert await all_systems(work) == [ERP, OTHER]
        with pytest.raises(NotFoundError, match="no outside system serves the plant rome"):
            await system_of(work, "rome")


async def test_plant_has_one_system(store: Store) -> None:
    with pytest.raises(ConflictError) as refused:
        await put(store, replace(OTHER, plants=("lyon",)))
    assert refused.value.field == "plants"
    await put(store, replace(ERP, plants=()))
    await put(store, replace(OTHER, plants=("lyon",)))


async def test_budget_must_be_positive(store: Store) -> None:
    with pytest.raises(InvalidError, match="more than 0"):
        await put(store, replace(OTHER, budget=0))


def test_lease_must_outlive_its_batch() -> None:
    short = replace(ERP, settings={"lane": {"batch": 10, "lease": 9.0}})
    with pytest.raises(InvalidError) as refused:
        Terms.of(short, Capabilities(request_timeout=1, longest_request_seconds=1))
    assert refused.value.field == "settings.lane.lease"


def test_misspelt_setting_is_refused() -> None:
    misspelt = replace(ERP, settings={"lane": {"batsh": 10}})
    with pytest.raises(InvalidError, match="no setting batsh"):
        Terms.of(misspelt, Capabilities(request_timeout=1, longest_request_seconds=1))


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"lane": {"batch": "many"}}, "settings.lane.batch"),
        ({"lane": {"batch": 0}}, "settings.lane.batch"),
        ({"lane": {"tries": 1.5}}, "settings.lane.tries"),
        ({"lane": "quick"}, "settings.lane"),
        ({"confirm_warnings": "late"}, "settings.confirm_warnings"),
    ],
)
def test_a_setting_that_cannot_be_is_named(settings: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        Terms.of(replace(ERP, settings=settings), Capabilities(1, 1))
    assert refused.value.field == field


async def test_a_row_that_cannot_be_holds_up_no_other(
    store: Store, site: Site, component: Component
) -> None:
    await put(store, replace(OTHER, settings={"lane": {"batch": "many"}}))
    await offer(store, "a")
    await eventually(lambda: "erp-2" in component.reason)
    assert site.connected["erp-2"][0].closed.is_set()
    await eventually(lambda: site.posted("erp-1") == ["a"])


async def test_two_systems_in_one_process(store: Store, site: Site) -> None:
    await put(store, OTHER)
    await offer(store, "a")
    async with store.work() as work:
        accept(work, OTHER.id, "order-1", "a", "confirmation", b"{}")
    await eventually(lambda: site.connected.keys() == {"erp-1", "erp-2"})
    await eventually(lambda: site.posted("erp-1") == site.posted("erp-2") == ["a"])


async def test_changed_system_is_connected_anew(store: Store, site: Site) -> None:
    await eventually(lambda: "erp-1" in site.connected)
    await put(store, replace(ERP, secret="rotated"))
    await eventually(lambda: len(site.connected["erp-1"]) == 2)
    assert site.connected["erp-1"][0].closed.is_set()
    await offer(store, "a")
    await eventually(lambda: site.posted("erp-1") == ["a"])


async def test_disabled_system_keeps_its_queue(store: Store, site: Site) -> None:
    await eventually(lambda: "erp-1" in site.connected)
    await put(store, replace(ERP, enabled=False))
    await eventually(site.connected["erp-1"][0].closed.is_set)
    await offer(store, "a")
    async with store.work() as work:
        [traffic] = await show_traffic(work)
    assert (traffic.system, traffic.waiting, traffic.parked) == ("erp-1", 1, 0)
    await put(store, ERP)
    await eventually(lambda: len(site.connected["erp-1"]) == 2)
    await eventually(lambda: site.posted("erp-1") == ["a"])


async def test_system_that_does_not_answer_is_named(
    store: Store, site: Site, component: Component
) -> None:
    await eventually(lambda: component.state is State.ACTIVE)
    site.connected["erp-1"][0].down = Unavailable("503 from the ERP")
    await offer(store, "a")
    await eventually(lambda: component.state is State.DEGRADED)
    assert component.reason == "erp-1: 503 from the ERP"
    site.connected["erp-1"][0].down = None
    await eventually(lambda: component.state is State.ACTIVE)
    assert site.posted("erp-1") == ["a"]


async def test_unknown_adapter_holds_up_nobody_else(
    store: Store, site: Site, component: Component
) -> None:
    await put(store, replace(OTHER, adapter="abacus"))
    await offer(store, "a")
    await eventually(lambda: "erp-1" in site.connected and site.posted("erp-1") == ["a"])
    assert "erp-2" not in site.connected
    await eventually(lambda: component.reason == "erp-2: no adapter abacus")
