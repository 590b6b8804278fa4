"""A store tells old and new in one line each."""

from decimal import Decimal

from services.kit.audit import made, saved, saw
from services.kit.store import current_work
from tests.component.kit.audit.ledger import Ledger


async def test_what_was_seen_is_the_old_of_what_is_saved(ledger: Ledger) -> None:
    thing = {"n": 1, "good": Decimal("1.50"), "ended": [1]}
    async with ledger.store.work():
        saw("thing", "lyon/1", thing)
        saved("thing", "lyon/1", thing)
        thing["ended"] = [1, 2]
        async with current_work().savepoint():
            saved("thing", "lyon/1", thing, reason="first")
        thing["good"] = Decimal("2.50")
        saved("thing", "lyon/1", thing)
        saved("thing", "lyon/2", {"n": 1})
        made("thing", "lyon/3", {"n": 1})
        saved("thing", "lyon/3", {"n": 2})
    async with ledger.store.work():
        saved("thing", "lyon/1", {"n": 3})
    rows = await ledger.rows("SELECT key, old, new, reason FROM audit_unsealed ORDER BY id")
    assert rows == [
        ("lyon/1", {"ended": [1]}, {"ended": [1, 2]}, "first"),
        ("lyon/1", {"good": "1.50"}, {"good": "2.50"}, ""),
        ("lyon/2", {}, {"n": 1}, ""),
        ("lyon/3", None, {"n": 1}, ""),
        ("lyon/3", {"n": 1}, {"n": 2}, ""),
        ("lyon/1", {}, {"n": 3}, ""),
    ]
