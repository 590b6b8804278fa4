"""Use case: the lots of a plant that already runs are taken over, with quality's opinion."""

from collections.abc import Sequence

from services.kit.loading import Outcome, Verdict
from services.mes.application.hold_made import hold_made
from services.mes.domain.events import LotStatusChanged
from services.mes.domain.lot import Lot
from services.mes.domain.opening import Choice, Loaded, OpenLot
from services.mes.ports import Books
from services.mes.ports.openings import Floor

REASON = "taken over"


async def open_lots(books: Books, floor: Floor, rows: Sequence[OpenLot]) -> list[Verdict]:
    """Each lot is as its row says, but for what was said of it here since; a verdict each."""
    watched = await books.scopes.enter({row.plant for row in rows})
    new = {row.key for row in rows} - (await books.lots.get({row.key for row in rows})).keys()
    lots = await books.lots.open({row.key for row in rows})
    known = await floor.lots.get(rows)
    verdicts, loaded = list[Verdict](), list[Loaded[OpenLot]]()
    changed = list[Lot]()
    for row in rows:
        lot, before = lots[row.key], known.get(row.name)
        if before and before.row == row:
            verdicts.append(Verdict(Outcome.UNCHANGED))
            continue
        if before and row.as_of.moment < before.row.as_of.moment:
            text = f"a row of {before.row.as_of} is loaded"
            verdicts.append(Verdict(Outcome.SUPERSEDED, text))
            continue
        if row.key in new:
            # A lot becomes known by being locked, as if it were changed now.
            lot.as_of = row.as_of.moment
        quality, disposition = lot.quality, lot.disposition
        choices = list(row.choices(before.row if before else None, lot))
        taken = [one for one in choices if one.is_taken]
        _apply(lot, row, taken)
        if taken or row.key in new:
            changed.append(lot)
            books.facts.tell(LotStatusChanged(lot, quality, disposition, REASON))
        verdicts.append(_verdict(before, choices, taken))
        stands = verdicts[-1].outcome is Outcome.SUPERSEDED
        loaded.append(Loaded(row, times=before.times + 1 if before else 1, stands=stands))
    await books.lots.save(changed)
    await hold_made(books, lots, [], watched=watched)
    await floor.lots.put([one.at(lots[one.row.key].version) for one in loaded])
    return verdicts


async def compare_lots(books: Books, floor: Floor, rows: Sequence[OpenLot]) -> list[Verdict]:
    """Each row beside the lot as it is now."""
    lots = await books.lots.get({row.key for row in rows})
    known = await floor.lots.get(rows)
    return [_compared(row, known.get(row.name), lots.get(row.key)) for row in rows]


def _apply(lot: Lot, row: OpenLot, taken: Sequence[Choice]) -> None:
    for one in taken:
        setattr(lot, one.name, one.told)
    lot.as_of = max(lot.as_of, row.as_of.moment)


def _verdict(
    before: Loaded[OpenLot] | None, choices: Sequence[Choice], taken: Sequence[Choice]
) -> Verdict:
    if standing := [one for one in choices if one.is_superseded]:
        text = "; ".join(f"{one.name} stays {one.here}" for one in standing)
        return Verdict(Outcome.SUPERSEDED, f"{text}, said here since")
    if before is None:
        return Verdict(Outcome.CREATED)
    if not taken:
        return Verdict(Outcome.UNCHANGED)
    return Verdict(Outcome.CORRECTED, "; ".join(f"{one.name} is {one.told}" for one in taken))


def _compared(row: OpenLot, known: Loaded[OpenLot] | None, lot: Lot | None) -> Verdict:
    if lot is None or known is None:
        return Verdict(Outcome.MISSING, "never loaded", row.name, row.name if lot else "")
    if known.row != row:
        later = row.as_of.moment < known.row.as_of.moment
        outcome = Outcome.SUPERSEDED if later else Outcome.DIFFERENT
        told, found = _differing(list(row.choices(None, lot)))
        return Verdict(outcome, "another row is loaded", told, found)
    told, found = _differing(list(row.choices(None, lot)))
    if not told:
        return Verdict(Outcome.UNCHANGED)
    if lot.version > known.version:
        return Verdict(Outcome.SUPERSEDED, "changed here since", told, found)
    return Verdict(Outcome.DIFFERENT, "nobody here said so", told, found)


def _differing(choices: Sequence[Choice]) -> tuple[str, str]:
    """What the row says, and what is here instead."""
    other = [one for one in choices if one.told != one.here]
    told = "; ".join(f"{one.name} {one.told}" for one in other)
    return told, "; ".join(f"{one.name} {one.here}" for one in other)
