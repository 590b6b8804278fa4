"""The judge from outside: the line's own file and the ledger's journal against the platform's word.

Every report must be in the ledger once, with the line's amounts; per order the line's own count =
confirmed = posted + held + scrapped + waiting.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.demo.stand import Stand
from tools.simulators.ledger.papers import Document
from tools.simulators.line.papers import Job, Made, Told

_NONE = Decimal(0)


@dataclass(frozen=True)
class Row:
    """One order: what the line counted, what the ledger booked, what the platform says."""

    order: str
    counted: Decimal
    booked: Decimal
    stand: Stand

    @property
    def agrees(self) -> bool:
        """Whether everybody says the same of the yield."""
        said = self.stand
        parts = said.posted + said.held + said.scrapped + said.waiting
        return self.counted == said.confirmed == parts and self.booked == said.posted


@dataclass(frozen=True)
class Recount:
    """A row an order, and in words what does not agree."""

    rows: tuple[Row, ...]
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is lost, doubled or invented."""
        return bool(self.rows) and not self.differences and all(row.agrees for row in self.rows)


def recount(
    counts: Iterable[Made | Told],
    journal: Sequence[Document],
    stands: Mapping[str, Stand],
    units: Mapping[str, str],
) -> Recount:
    """`journal` in order of arrival; `units` are the ledger's codes by what they mean."""
    papers = list(counts)
    jobs = [paper.job for paper in papers if isinstance(paper, Made)]
    numbers = {paper.id: paper.number for paper in papers if isinstance(paper, Told)}
    booked = _by_report(journal)
    orders = list(dict.fromkeys(job.order for job in jobs))
    differences = [
        *_untold(jobs, numbers),
        *_doubled(journal),
        *_strangers(jobs, numbers, booked),
        *(word for job in jobs for word in _amiss(job, numbers, booked, units)),
        *_out_of_order(journal),
        *(word for order in orders for word in _misstated(order, jobs, journal, stands)),
    ]
    rows = [
        Row(order, _sum(j.good for j in jobs if j.order == order), _booked(journal, order), stand)
        for order in orders
        if (stand := stands.get(order))
    ]
    return Recount(tuple(rows), tuple(differences))


Report = tuple[str, int]
"""Order and confirmation number."""
Amount = tuple[str, str, str]
"""Item, lot and the ledger's unit."""
Booked = Mapping[Report, Mapping[str, Sequence[Document]]]
"""By report and by kind; of the scrap, the floor's is `scrap` and quality's is `disposed`."""


def _by_report(journal: Iterable[Document]) -> Booked:
    found: dict[Report, dict[str, list[Document]]] = defaultdict(lambda: defaultdict(list))
    for document in journal:
        number, kind, split = _read(document)
        name = "disposed" if split and kind == "scrap" else kind
        found[document.posting.order, number][name].append(document)
    return found


def _read(document: Document) -> tuple[int, str, str]:
    """Confirmation number, kind and split, of "<plant>/<order>/<n>/<kind>/<inspection>/<split>"."""
    _, _, number, kind, *split = document.posting.reference.split("/")
    return int(number), kind, "/".join(split)


def _untold(jobs: Sequence[Job], numbers: Mapping[str, int]) -> Iterator[str]:
    for order in dict.fromkeys(job.order for job in jobs):
        mine = [job for job in jobs if job.order == order]
        given = sorted(numbers[job.id] for job in mine if job.id in numbers)
        if given != list(range(1, len(mine) + 1)):
            yield f"{order}: {len(mine)} reports were made, and have the numbers {given}"


def _doubled(journal: Iterable[Document]) -> Iterator[str]:
    times = Counter(document.posting.reference for document in journal)
    yield from (f"{name}: booked {count} times" for name, count in times.items() if count > 1)


def _strangers(jobs: Iterable[Job], numbers: Mapping[str, int], booked: Booked) -> Iterator[str]:
    known = {(job.order, numbers.get(job.id)) for job in jobs}
    yield from (
        f"{order}/{n}: booked, never counted" for order, n in booked if (order, n) not in known
    )


def _amiss(
    job: Job, numbers: Mapping[str, int], booked: Booked, units: Mapping[str, str]
) -> Iterator[str]:
    """What was counted of one report and is not what was booked of it."""
    documents = booked.get((job.order, numbers.get(job.id, 0)), {})
    name = f"{job.order}, report {job.id}"
    used = {(i.item, i.lot, units[i.unit]): i.quantity for i in job.inputs}
    if (taken := _lines(documents.get("consumption", ()))) != used:
        yield f"{name}: used {_words(used)}, booked {_words(taken)}"
    scrap = _total(documents.get("scrap", ()))
    if scrap != job.scrap:
        yield f"{name}: scrapped {job.scrap}, booked {scrap}"
    received = _total([*documents.get("yield", ()), *documents.get("disposed", ())])
    if received > job.good:
        yield f"{name}: made {job.good}, booked {received}"


def _out_of_order(journal: Iterable[Document]) -> Iterator[str]:
    """What goes in follows the order of the reports; yields wait for quality and may not."""
    last: dict[str, int] = {}
    for document in journal:
        number, kind, _ = _read(document)
        order = document.posting.order
        if kind == "consumption":
            if number < last.get(order, 0):
                yield f"{order}: consumption {number} was booked after {last[order]}"
            last[order] = number


def _misstated(
    order: str, jobs: Iterable[Job], journal: Iterable[Document], stands: Mapping[str, Stand]
) -> Iterator[str]:
    """Where the platform's word is not what was counted and booked."""
    stand = stands.get(order)
    if stand is None:
        yield f"{order}: made, and the platform knows nothing of it"
        return
    mine = [job for job in jobs if job.order == order]
    disposed = _total(d for d in journal if d.posting.order == order and _is_disposed(d))
    facts = (
        ("reports", Decimal(len(mine)), Decimal(stand.reports)),
        ("made", _sum(job.good for job in mine), stand.confirmed),
        ("scrap of the floor", _sum(job.scrap for job in mine), stand.scrap),
        ("in the ledger", _booked(journal, order), stand.posted),
        ("scrapped by quality", disposed, stand.scrapped),
    )
    for what, truth, said in facts:
        if truth != said:
            yield f"{order}: {what} {truth}, the platform says {said}"
    parts = stand.posted + stand.held + stand.scrapped + stand.waiting
    if parts != stand.confirmed:
        yield f"{order}: {stand.confirmed} confirmed, the parts make {parts}"


def _is_disposed(document: Document) -> bool:
    _, kind, split = _read(document)
    return kind == "scrap" and bool(split)


def _booked(journal: Iterable[Document], order: str) -> Decimal:
    return _total(d for d in journal if d.posting.order == order and d.posting.kind == "yield")


def _lines(documents: Iterable[Document]) -> Mapping[Amount, Decimal]:
    found: dict[Amount, Decimal] = defaultdict(Decimal)
    for document in documents:
        for line in document.posting.lines:
            found[line.item, line.lot, line.unit] += line.quantity
    return found


def _total(documents: Iterable[Document]) -> Decimal:
    return _sum(line.quantity for one in documents for line in one.posting.lines)


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, _NONE)


def _words(amounts: Mapping[Amount, Decimal]) -> str:
    parts = [f"{amount} {unit} of {item}/{lot}" for (item, lot, unit), amount in amounts.items()]
    return ", ".join(parts) or "nothing"
