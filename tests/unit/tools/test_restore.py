"""What a restore drill would say of tables and of an archive that are not as they were."""

from pathlib import Path

import pytest

from tools.mesh.errors import MeshError
from tools.restore.archive import missing, require_whole
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


FIRST = "0000000200000001000000FE"


def test_a_segment_that_lacks_is_named_also_where_the_log_turns() -> None:
    whole = [FIRST, "0000000200000001000000FF", "000000020000000200000000", "00000002.history"]
    assert missing(whole, FIRST) == []
    assert missing([whole[0], whole[2], "000000010000000300000000"], FIRST) == [whole[1]]
    assert missing(whole[1:], FIRST) == [FIRST]
    assert missing([], FIRST) == [FIRST]


def test_an_archive_with_a_hole_restores_nothing(tmp_path: Path) -> None:
    base, archive = tmp_path / "base", tmp_path / "wal"
    base.mkdir()
    archive.mkdir()
    (base / "backup_label").write_text(
        f"START WAL LOCATION: 1/FE000028 (file {FIRST})\nCHECKPOINT LOCATION: 1/FE000080\n"
    )
    for name in (FIRST, "0000000200000001000000FF", "000000020000000200000000.partial"):
        (archive / name).touch()
    require_whole(base, archive)
    (archive / "0000000200000001000000FF").unlink()
    with pytest.raises(MeshError, match="lacks 0000000200000001000000FF"):
        require_whole(base, archive)
    (base / "backup_label").write_text("")
    with pytest.raises(MeshError, match="where its WAL begins"):
        require_whole(base, archive)
