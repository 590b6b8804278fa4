"""Steps of the hold sagas: a hold is traced, enforced everywhere and reported."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from services.process.domain.facts import HoldOrdered
from services.process.domain.keys import LotKey
from services.process.domain.references import command_key
from services.process.ports import Enforcer, Watcher
from services.process.workflows.desk import Desk

_APPLIED_AT_ONCE = 500
_REPORTED_AT_ONCE = 5_000


async def spread(desk: Desk, hold: HoldOrdered, known: Collection[LotKey]) -> set[LotKey]:
    """Enforce on the roots, `known`, and all that was made of them, until nothing is new."""
    covered: set[LotKey] = set()
    found = await trace(desk, {*hold.roots, *known})
    while new := found - covered:
        await enforce(desk, hold, new, desk.peers.enforcers)
        covered |= new
        found = await trace(desk, covered)
    return covered


async def watch(desk: Desk, hold: HoldOrdered) -> set[LotKey]:
    """Steps: what falls under its scope is held as it comes (or not any more); what did before.

    Everywhere first, then the lists: what one service has not heard of yet, another knows.
    """
    if not hold.scope:
        return set()
    found = set[LotKey]()
    for service, watcher in desk.peers.watchers.items():
        await _watch(desk, service, watcher, hold)
    for service, watcher in desk.peers.watchers.items():
        found |= await desk.step(f"{service}.scope_lots", partial(watcher.under, hold))
    return found


async def _watch(desk: Desk, service: str, watcher: Watcher, hold: HoldOrdered) -> None:
    key = command_key(f"scope/{service}/{hold.flow}/{hold.version}", ())
    await desk.step(f"{service}.apply_scope", lambda: watcher.watch(hold, key))


async def trace(desk: Desk, lots: set[LotKey]) -> set[LotKey]:
    """Step: these lots and their descendants, as mes knows them now."""
    return await desk.step("mes.trace", lambda: desk.peers.mes.descendants(lots))


async def enforce(
    desk: Desk, hold: HoldOrdered, lots: Collection[LotKey], services: Collection[str]
) -> None:
    """Steps: apply (or lift) it in each of the services, then note what it covers."""
    for service in services:
        enforcer = desk.peers.enforcers[service]
        for part in _parts(sorted(lots), _APPLIED_AT_ONCE):
            await _apply(desk, service, enforcer, hold, part)
    async with desk.work(hold.flow) as books:
        await books.holds.cover(hold, lots)


async def _apply(
    desk: Desk, service: str, enforcer: Enforcer, hold: HoldOrdered, part: Sequence[LotKey]
) -> None:
    key = command_key(f"{service}/{hold.flow}/{hold.version}", map(str, part))
    await desk.step(f"{service}.apply_holds", lambda: enforcer.apply(hold, part, key))


async def report(
    desk: Desk, hold: HoldOrdered, lots: Collection[LotKey], *, complete: bool
) -> None:
    """Steps: quality hears of every lot; with the last part, that it is done."""
    parts = list(_parts(sorted(lots), _REPORTED_AT_ONCE)) or [()]
    for place, part in enumerate(parts):
        await _report(desk, hold, part, complete=complete and place == len(parts) - 1)


async def _report(desk: Desk, hold: HoldOrdered, part: Sequence[LotKey], *, complete: bool) -> None:
    word = "complete" if complete else "part"
    key = command_key(f"{word}/{hold.flow}/{hold.version}", map(str, part))
    await desk.step(
        "quality.report_hold",
        lambda: desk.peers.quality.report_hold(hold, part, key, complete=complete),
    )


def _parts(lots: Sequence[LotKey], size: int) -> Iterator[Sequence[LotKey]]:
    for start in range(0, len(lots), size):
        yield lots[start : start + size]
