"""What a restore drill would say of tables that are not as they were."""

from tools.restore.tables import Content, changed

BEFORE = {("mes", "lot"): Content(3, "a"), ("wms", "balance"): Content(2, "b")}


def test_what_is_as_it_was_is_not_named() -> None:
    assert changed(BEFORE, dict(BEFORE)) == []


def test_a_row_changed_a_row_lost_and_a_table_lost_are_named() -> None:
    assert changed(BEFORE, BEFORE | {("mes", "lot"): Content(3, "x")}) == [
        "mes.lot: 3 rows, 3 rows now"
    ]
    assert changed(BEFORE, {("mes", "lot"): Content(2, "y")}) == [
        "mes.lot: 3 rows, 2 rows now",
        "wms.balance: 2 rows, no table now",
    ]
