"""Use case: what was made of what, before a plant was taken over."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from services.kit.errors import located
from services.kit.loading import Outcome, Verdict
from services.kit.measures import Measured
from services.kit.quantity import Quantity
from services.mes.application.apply_holds import inherit_holds
from services.mes.domain.events import GenealogyOpened
from services.mes.domain.genealogy import Edge, Record, refuse_cycle
from services.mes.domain.keys import LotKey, ReportKey
from services.mes.domain.lot import Lot
from services.mes.domain.opening import Loaded, OpenEdge
from services.mes.domain.voiding import Void, VoidReason
from services.mes.ports import Books, Told
from services.mes.ports.openings import Floor

Known = Loaded[OpenEdge]


async def open_genealogy(
    books: Books, floor: Floor, rows: Sequence[OpenEdge], by: str
) -> list[Verdict]:
    """Every row's edge stands, and no other for it; what was loaded otherwise before is void.

    What is made of a held lot is held. Raises ConflictError naming `rows[i]` where a lot would be
    made of itself, InvalidError where a quantity is in no unit of its lot.
    """
    lots = await books.lots.open({end for row in rows for end in row.link.pair})
    known = await floor.edges.get(rows)
    void = await books.genealogy.voided({_event(one) for one in known.values()})
    verdicts, fresh = list[Verdict](), dict[int, Known]()
    for position, row in enumerate(rows):
        verdict, loaded = _judge(row, known.get(row.name), void)
        verdicts.append(verdict)
        if loaded:
            fresh[position] = loaded
    new = {place: one for place, one in fresh.items() if _is_new(one, known)}
    await _strike(books, known, list(new.values()), by)
    await _link(books, lots, {place: one for place, one in new.items() if not one.row.void})
    await floor.edges.put(list(fresh.values()))
    return verdicts


async def compare_genealogy(books: Books, floor: Floor, rows: Sequence[OpenEdge]) -> list[Verdict]:
    """Each row beside what is known of the two lots."""
    known = await floor.edges.get(rows)
    history = await books.genealogy.history({row.link.target for row in rows})
    return [_compared(row, known.get(row.name), history.get(row.link.target, ())) for row in rows]


def _judge(
    row: OpenEdge, known: Known | None, void: Collection[ReportKey]
) -> tuple[Verdict, Known | None]:
    """What becomes of a row, and what is kept of it."""
    if known is None:
        if row.void:
            return Verdict(Outcome.UNCHANGED, "nothing was loaded that could be void"), None
        return Verdict(Outcome.CREATED), Loaded(row)
    if known.row == row:
        return Verdict(Outcome.UNCHANGED), None
    if row.as_of.moment < known.row.as_of.moment:
        return Verdict(Outcome.SUPERSEDED, f"a row of {known.row.as_of} is loaded"), None
    if replace(known.row, as_of=row.as_of) == row:
        return Verdict(Outcome.UNCHANGED), replace(known, row=row)
    if _event(known) in void and not known.row.void:
        return Verdict(Outcome.SUPERSEDED, "declared void here since"), None
    text = "declared void" if row.void else f"{_event(known).id} is void, another stands for it"
    return Verdict(Outcome.CORRECTED, text), Loaded(row, times=known.times + 1)


async def _strike(books: Books, known: Mapping[str, Known], new: Sequence[Known], by: str) -> None:
    """What was loaded before for these does not count any more."""
    voids = []
    for one in new:
        before = known.get(one.row.name)
        if before is None or before.row.void:
            continue
        corrective = () if one.row.void else (_event(one).id,)
        reason = VoidReason.DID_NOT_OCCUR if one.row.void else VoidReason.INCORRECT_DATA
        voids.append(Void(_event(before), reason, by, books.clock.now(), corrective))
        await books.genealogy.strike([before.row.record(before.times)], _event(before).id)
    if voids:
        await books.genealogy.declare(voids, {})


async def _link(books: Books, lots: dict[LotKey, Lot], new: Mapping[int, Known]) -> None:
    """Edges, and all that follows from them."""
    items = await books.items.known({lot.goods for lot in lots} if new else ())
    measured = set[LotKey]()
    records = dict[int, Record]()
    for place, one in new.items():
        with located(f"rows[{place}]"):
            records[place] = _measured(lots, items, one.row.record(one.times), measured)
    await books.lots.save([lots[key] for key in sorted(measured)])
    await books.genealogy.add(list(records.values()))
    causes = {record.edge.link: place for place, record in reversed(records.items())}
    if circle := await books.genealogy.circular(causes):
        with located(f"rows[{causes[circle]}]"):
            raise refuse_cycle(circle.target, circle.source)
    await inherit_holds(books, lots, [one.edge.link.pair for one in records.values()])
    _tell(books, lots, [one.edge for one in records.values()])


def _measured(
    lots: Mapping[LotKey, Lot], items: Measured, record: Record, measured: set[LotKey]
) -> Record:
    """In the units of the lots; one that has none takes the item's base unit, else the row's."""
    link, quantity, made = record.edge

    def of(key: LotKey, amount: Quantity | None, column: str) -> Quantity | None:
        if amount is None:
            return None
        lot, known = lots[key], key.item_no in items
        if not lot.unit:
            lot.unit = items.of(key.item_no).base if known else amount.unit
            measured.add(key)
        with located(column):
            return items.restate(key.goods, amount, lot.unit)

    edge = Edge(link, of(link.source, quantity, "quantity"), of(link.target, made, "made"))
    return record._replace(edge=edge)


def _tell(books: Books, lots: Mapping[LotKey, Lot], edges: Iterable[Edge]) -> None:
    by_target = defaultdict[LotKey, list[Edge]](list)
    for edge in edges:
        by_target[edge.link.target].append(edge)
    for key in sorted(by_target):
        books.facts.tell(GenealogyOpened(lots[key], by_target[key]))


def _compared(row: OpenEdge, known: Known | None, told: Iterable[Told]) -> Verdict:
    if known is None:
        outcome = Outcome.UNCHANGED if row.void else Outcome.MISSING
        return Verdict(
            outcome, "" if row.void else "never loaded", told="" if row.void else row.name
        )
    if replace(known.row, as_of=row.as_of) != row:
        later = row.as_of.moment < known.row.as_of.moment
        outcome = Outcome.SUPERSEDED if later else Outcome.DIFFERENT
        return Verdict(outcome, "another row is loaded", _shown(row), _shown(known.row))
    here = [one for one in told if one.record.edge.link == row.link]
    own = [one for one in here if one.record.cause.id == _event(known).id]
    stands = any(one.void_by is None for one in (here if row.edge.quantity is None else own))
    if stands is not row.void:
        return Verdict(Outcome.UNCHANGED)
    if own and not row.void:
        return Verdict(Outcome.SUPERSEDED, "declared void here since", _shown(row), "void")
    return Verdict(Outcome.DIFFERENT, "", _shown(row), "stands" if stands else "none")


def _is_new(one: Known, known: Mapping[str, Known]) -> bool:
    before = known.get(one.row.name)
    return before is None or before.times != one.times


def _event(known: Known) -> ReportKey:
    return known.row.event(known.times)


def _shown(row: OpenEdge) -> str:
    quantity, made = row.edge.quantity, row.edge.made
    shares = (
        f"{quantity or 'unknown'} into {made or 'unknown'} {row.link.kind} at {row.occurred_at}"
    )
    return f"void, {shares}" if row.void else shares
