"""How files are read, row by row; every refusal names row and column."""

import io
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

import pytest

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.loading import Cells, Outcome, Report, Sheet, Verdict
from services.kit.loading.verdict import MOST_NOTES
from services.kit.loading.wire import write_report


class Colour(StrEnum):
    """Of a row."""

    RED = "red"


class Row(NamedTuple):
    """Of the file."""

    name: str
    size: int


def _write(row: Row) -> Mapping[str, str]:
    return {"name": row.name, "count": str(row.size)}


SHEET = Sheet(
    ("name",), ("count",), lambda cells: Row(cells.name("name"), cells.whole("count")), _write,
    key=lambda row: row.name, agree=lambda row: (row.name[0], str(row.size)),
)  # fmt: skip


def read(text: str) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Rows, and what is refused: row, column, code."""
    report = Report()
    rows = [one.record for one in SHEET.rows(io.StringIO(text, newline=""), report)]
    return rows, [(one.row, one.column, one.code) for one in report.notes]


BAD = (
    ("name,name\r\nA,B\r\n", (1, "name", "unknown_column")),
    ("name,size\r\nA,1\r\n", (1, "size", "unknown_column")),
    ("count\r\n1\r\n", (1, "name", "missing_column")),
    ("name\r\n\r\nA,B\r\n", (3, "", "wrong_width")),
    ("name\r\nA\r\nA\r\n", (3, "", "duplicate")),
    ("name,count\r\nA1,1\r\nA2,2\r\n", (3, "", "differs_within_file")),
    ('name\r\n"A\r\n', (2, "", "malformed_file")),
    ("name\r\n\x07\r\n", (2, "name", "bad_value")),
    ('name,count\r\n"",1\r\n', (2, "name", "value_required")),
    ("name,count\r\nA,x\r\n", (2, "count", "bad_value")),
)


@pytest.mark.parametrize(("text", "refusal"), BAD, ids=[one[1][2] for one in BAD])
def test_what_cannot_be_read_is_refused_by_row_and_column(
    text: str, refusal: tuple[int, str, str]
) -> None:
    _, refused = read(text)
    assert refused[0] == refusal


def test_a_file_of_too_many_rows_ends_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.kit.loading.sheet.MAX_ROWS", 2)
    rows, refused = read("name\r\nA\r\nB\r\nC\r\n")
    assert (len(rows), refused) == (2, [(4, "", "too_many_rows")])


@pytest.mark.parametrize("row", ["," * 31, '"' + "\r\n" * 16 + '"', '"\r\n",' * 8])
def test_a_row_that_does_not_end_is_not_kept_in_memory(
    monkeypatch: pytest.MonkeyPatch, row: str
) -> None:
    monkeypatch.setattr("services.kit.loading.rows.LONGEST_ROW", 30)
    rows, refused = read(f"name\r\n{'A' * 28}\r\nB\r\n{row}\r\nC\r\n")
    assert (len(rows), refused) == (2, [(4, "", "malformed_file")])


def test_what_is_written_is_read_and_never_a_formula() -> None:
    rows = [Row("=1+1", 0), Row("plain", 7)]
    lines = list(SHEET.lines(rows))
    assert lines[0][0] == "'=1+1"
    text = "\r\n".join(",".join(one) for one in (SHEET.columns, *lines))
    assert read(text)[0] == rows


def test_cells_are_what_they_stand_for() -> None:
    cells = Cells(
        {"at": "2026-05-04T14:00:00+02:00", "q": "1.50", "q_unit": "KGM", "yes": "Yes",
         "colour": "RED", "pairs": "heat=7|mill=Bonn=2"}
    )  # fmt: skip
    assert str(cells.quantity("q")) == "1.5 KGM"
    assert (
        cells.instant("at")
        == cells.instant_or_none("at")
        == Instant.parse("2026-05-04T14:00:00+02:00")
    )
    assert cells.instant_or_none("none") is None
    assert (cells.flag("yes"), cells.flag("none"), cells.choice("colour", Colour)) == (
        True, False, Colour.RED,
    )  # fmt: skip
    assert cells.pairs("pairs") == {"heat": "7", "mill": "Bonn=2"}
    for column, ask in (("q", cells.instant), ("q", cells.pairs), ("q", cells.flag)):
        with pytest.raises(InvalidError) as caught:
            ask(column)
        assert caught.value.field == column
    for amount, unit in (("at", "q_unit"), ("q", "at")):
        with pytest.raises(InvalidError) as caught:
            cells.quantity(amount, unit)
        assert caught.value.field == "at"


def test_a_report_has_an_outcome_a_row_and_a_thousand_notes() -> None:
    report = Report(rows=3000)
    for row in range(3, 3003):
        report.say(row, f"k{row}", Verdict(Outcome.CORRECTED, "more"))
    message = write_report(report)
    assert (len(message.outcomes), message.outcomes[0], message.outcomes[-1]) == (3001, 0, 2)
    assert (len(message.notes), message.note_count) == (MOST_NOTES, 3000)
