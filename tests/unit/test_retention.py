"""docs/retention.md names every table, and keeps for good only what no code deletes from."""

import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parents[2]
PAGE = (HERE / "docs" / "retention.md").read_text()
MADE = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)")
DELETED = re.compile(r"DELETE FROM (\w+)")
GOES = re.compile(r"`(\w+)\.(\w+)`")
KEPT = re.compile(r"^\| (\w+) \| (`.*`) \|$", re.MULTILINE)
BUFFER = ("telemetry", "report")
"""Of a collector's SQLite file."""


def in_code(pattern: re.Pattern[str], *, migrations: bool) -> Iterator[tuple[str, str]]:
    for file in (HERE / "services").glob("*/**/*.py"):
        parts = file.relative_to(HERE / "services").parts
        if ("migrations" in parts) == migrations:
            yield from ((parts[0], name) for name in pattern.findall(file.read_text()))


def going() -> set[tuple[str, str]]:
    table = PAGE.partition("## What goes")[2].partition("Beside the tables")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {(service, name) for cell in cells for service, name in GOES.findall(cell)}


def kept() -> set[tuple[str, str]]:
    table = PAGE.partition("## What is kept for good")[2]
    return {
        (service, name)
        for service, names in KEPT.findall(table)
        for name in re.findall(r"`(\w+)`", names)
    }


def test_every_table_is_in_one_of_the_lists() -> None:
    made = set(in_code(MADE, migrations=True))
    assert len(made) > 100
    assert going() | kept() == made
    assert going() & kept() == set()


def test_only_what_the_page_lets_go_is_deleted_from() -> None:
    assert set(in_code(DELETED, migrations=False)) - {BUFFER} == going()


def test_the_tests_that_it_names_exist() -> None:
    for name in re.findall(r"tests/[\w/]+\.py", PAGE):
        assert (HERE / name).is_file(), name
