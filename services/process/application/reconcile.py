"""Use cases: a plant's stock and deliveries are compared with its ERP's, and drift is kept."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from services.kit.clock import find_zone
from services.kit.errors import ConflictError
from services.process.domain.drift import (
    Compared,
    DriftKind,
    InFlight,
    Sight,
    Subject,
    compare_deliveries,
    compare_stock,
    rejected,
)
from services.process.domain.keys import OrderKey
from services.process.ports.drifts import BothBooks, Drift, Drifts, Run, Site

NOT_READABLE = "not_readable"
_MADE_UP_FOR = time(6)
"""For so long a comparison that nobody was there for is made up for; then the day has begun,
and the next night is soon enough."""
Seen = Mapping[DriftKind, Sight]
"""What was compared; a kind that an ERP cannot be asked for is missing."""


async def look(books: BothBooks, plant: str, flying: InFlight) -> Seen:
    """Both books side by side, with what was in flight when it was looked for.

    Raises UnavailableError where one of the peers, or the ERP, does not answer.
    """
    seen = {}
    for kind, compare in (
        (DriftKind.STOCK, _stock),
        (DriftKind.DELIVERY, _deliveries),
    ):
        try:
            seen[kind] = await compare(books, plant, flying)
        except ConflictError as error:
            if error.code != NOT_READABLE:
                raise
    return seen


def confirmed(first: Seen, second: Seen) -> dict[Subject, Compared]:
    """What drifts by the same amount in both looks: what moved in between is not told of."""
    found = {}
    for kind, sight in second.items():
        before = first[kind].drifting if kind in first else {}
        for subject, one in sight.drifting.items():
            known = before.get(subject)
            if known and known.unexplained == one.unexplained:
                found[subject] = one
    return found


async def keep(
    drifts: Drifts, run: Run, first: Seen, second: Seen, now: datetime
) -> tuple[Run, list[Drift]]:
    """The run with its figures, and what there is to tell: drift that opened, or that closed.

    What was not compared this time, or was in motion, stays as it is.
    """
    drifting = confirmed(first, second)
    known = await drifts.open(run.plant)
    kept = await drifts.see(list(drifting.values()), now)
    told = [one for one in kept if one.compared.subject not in known]
    sights = second or first
    doubtful = {subject for seen in (first, second) for subject in _doubtful(seen)}
    settled = [one for one in sorted(known) if one.kind in sights and one not in doubtful]
    told += await drifts.resolve([known[one].no for one in settled], now)
    ended = replace(
        run,
        ended_at=now,
        compared=sum(len(one.compared) for one in sights.values()),
        uncompared=sum(len(one.problems) for one in sights.values()),
        drifting=len(kept),
        trouble=_left_out(first),
    )
    await drifts.end(ended)
    return ended, told


async def ask_nightly(drifts: Drifts, sites: Sequence[Site], at: time, now: datetime) -> list[Run]:
    """A run for each plant whose hour has come, once a day of its own; made up for some hours."""
    asked = []
    for site in sites:
        if not site.time_zone:
            continue
        local = now.astimezone(find_zone(site.time_zone)).replace(tzinfo=None)
        since = local - timedelta(hours=at.hour, minutes=at.minute)
        if since.time() < _MADE_UP_FOR:
            asked.append(await drifts.ask(site.plant, "", now, since.date()))
    return [one for one in asked if one]


async def _stock(books: BothBooks, plant: str, flying: InFlight) -> Sight:
    theirs = await books.erp_stock(plant)
    ours = await books.stock(plant)
    return compare_stock(plant, ours, theirs, [*flying.pending, *rejected(ours, flying)])


async def _deliveries(books: BothBooks, plant: str, flying: InFlight) -> Sight:
    theirs = await books.erp_deliveries(plant)
    made = await books.made({OrderKey(plant, one.order_no) for one in theirs})
    # What was rejected is good output of the floor, and is delivered nowhere.
    return compare_deliveries(plant, made, theirs, [*flying.pending, *flying.rejected])


def _doubtful(seen: Seen) -> Iterator[Subject]:
    """What drifts, or cannot be compared."""
    for sight in seen.values():
        yield from sight.drifting
        yield from (one.subject for one in sight.problems)


def _left_out(seen: Seen) -> str:
    missing = [kind.value for kind in DriftKind if kind not in seen]
    return f"the ERP cannot be asked for {' and '.join(missing)}" if missing else ""
