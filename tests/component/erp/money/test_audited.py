"""What was released and settled stands in the audit; what it cost stays in the journal alone."""

from services.erp.domain.order import Lifecycle
from services.kit.store import Store
from tests.component.erp.money.books import STORY, Warehouse, ask, moved, put_costs, release
from tests.component.erp.money.test_settlement import close_order, settle

_DIGEST = (
    "SELECT encode(sha256(string_agg(l.plant || '/' || l.account || '/' || l.amount, ';'"
    " ORDER BY l.line)::bytea), 'hex') FROM journal_line l JOIN journal_entry e ON e.id = l.entry"
    " WHERE e.kind = 'settlement'"
)


async def test_a_release_and_a_settlement(store: Store, warehouse: Warehouse) -> None:
    await warehouse.tell(*STORY, moved("ISSUE_TO_ORDER", "g-1", "3", item_no="gold"))
    await warehouse.booked(6)
    await put_costs(store, gold="1000")
    await release(store)
    await close_order(store, Lifecycle.CLOSED)
    await settle(store)
    await settle(store)
    rows = await ask(
        store,
        "SELECT kind, key, who, method, coalesce(old->>'wants', new->>'order_no')"
        " FROM audit_unsealed WHERE kind IN ('parked_document', 'settlement') ORDER BY id",
    )
    assert rows == [
        ("parked_document", "lyon/g-1", "service:erp", "release of parked documents", "item/gold"),
        ("settlement", "lyon/4711/1", "service:erp", "", "4711"),
    ]
    [(told,)] = await ask(
        store, "SELECT new->>'lines_sha256' FROM audit_unsealed WHERE kind = 'settlement'"
    )
    assert await ask(store, _DIGEST) == [(told,)]
    # 40 kg at 2.004, 7 widgets at 5 and 3 kg of gold at 1000 euros.
    [(texts,)] = await ask(store, "SELECT string_agg(new::text, '') FROM audit_unsealed")
    assert "304516" not in texts
    assert "3045.16" not in texts
