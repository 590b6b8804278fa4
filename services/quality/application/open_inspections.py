"""Use case: quality is told of output and says whether it is to be inspected."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from services.kit.errors import NotFoundError, located
from services.quality.application.judge_lots import follow_inspections
from services.quality.domain.events import InspectionChanged, InspectionOpened
from services.quality.domain.item import Item
from services.quality.domain.submission import Submission, Verdict
from services.quality.ports import Books


class _Fresh(NamedTuple):
    """A submission nobody has seen; `path` is where it stands in the request."""

    path: str
    submission: Submission
    item: Item


def items_of(submissions: Sequence[Submission]) -> dict[str, str]:
    """Each with the field that names it first."""
    found: dict[str, str] = {}
    for position, one in enumerate(submissions):
        found.setdefault(one.lot.item_no, f"submissions[{position}].lot.item_no")
    return found


async def open_inspections(books: Books, submissions: Sequence[Submission]) -> list[Verdict]:
    """A verdict on each, all or none; a source that was judged before keeps its verdict.

    Raises ConflictError when a source comes with other content, NotFoundError on an item that
    reference does not have, InvalidError naming `submissions[i]` and the field.
    """
    wanted = _check(submissions)
    verdicts = await books.submissions.claim(wanted.values())
    for position, one in enumerate(submissions):
        if known := verdicts.get(one.source):
            with located(f"submissions[{position}]"):
                known.submission.require_same(one)
    fresh = await _find_items(books, submissions, verdicts.keys())
    judged = await _judge(books, fresh)
    await books.submissions.judge(judged)
    await follow_inspections(books, {one.submission.lot for one in judged})
    verdicts |= {one.submission.source: one for one in judged}
    return [verdicts[one.source] for one in submissions]


def _check(submissions: Sequence[Submission]) -> dict[str, Submission]:
    wanted: dict[str, Submission] = {}
    for position, one in enumerate(submissions):
        with located(f"submissions[{position}]"):
            one.check()
            wanted.setdefault(one.source, one).require_same(one)
    return wanted


async def _find_items(
    books: Books, submissions: Sequence[Submission], known: Collection[str]
) -> list[_Fresh]:
    items = await books.items.get({one.lot.item_no for one in submissions})
    fresh: dict[str, _Fresh] = {}
    for position, one in enumerate(submissions):
        path = f"submissions[{position}]"
        if one.source in known or one.source in fresh:
            continue
        with located(path):
            fresh[one.source] = _Fresh(path, one, _require_item(items, one.lot.item_no))
    return list(fresh.values())


def _require_item(items: dict[str, Item], item_no: str) -> Item:
    if item := items.get(item_no):
        return item
    raise NotFoundError(
        f"reference has no item {item_no}",
        code="unknown_item",
        field="lot.item_no",
        hint="create it in reference; whether it is inspected is never guessed",
    )


async def _judge(books: Books, fresh: Sequence[_Fresh]) -> list[Verdict]:
    due = {
        submission.key: submission.quantity.unit
        for _, submission, item in reversed(fresh)
        if item.inspected
    }
    inspections = await books.inspections.open(due)
    items = await books.measures.known({key.lot.goods for key in inspections})
    first = {one.id for one in inspections.values() if not one.version}
    verdicts = []
    for path, submission, item in fresh:
        no = ""
        if item.inspected:
            inspection = inspections[submission.key]
            with located(path), located("quantity"):
                quantity = inspection.restated(submission.quantity, items)
                inspection.submit(quantity, books.clock.now())
            no = inspection.no
        verdicts.append(Verdict(submission, no, item.version))
    await books.inspections.save(inspections.values())
    for one in inspections.values():
        books.facts.tell(InspectionOpened(one) if one.id in first else InspectionChanged(one))
    return verdicts
