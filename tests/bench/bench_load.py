"""What a load of items costs, against a bare COPY of as many rows; first and repeated."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psycopg
import uvloop

from services.kit.backbone.outbox import Outbox
from services.kit.clock import SystemClock
from services.kit.migrate import migrate
from services.kit.store import Store
from services.reference.__main__ import TOPIC
from services.reference.rpc import files
from services.reference.store import open_books
from services.reference.wire.tables import TABLES
from tests.bench.meter import measure, postgres_cpu
from tests.bench.report import Result, Step
from tests.servers import postgres_server

_COLUMNS = (
    *("item_no", "base_unit", "type", "description", "lot_controlled", "shelf_life_days"),
    *("gtin", "classes", "net_weight", "net_weight_unit"),
)
_PIECE = 1 << 18


def load(items: int = 100_000) -> Result:
    """Items a CPU second (ours and PostgreSQL's) from a file, per those by bare COPY.

    The baseline is a program that stores the same rows in the same table without any rule; beside
    it the file as it is in a table of texts, which nobody could beat.
    """
    with postgres_server() as server, tempfile.TemporaryDirectory() as folder:
        dsn = server.dsn("reference", prepared_by=partial(migrate, "reference"))
        file = Path(folder) / "items.csv"
        _write(file, items)

        def step(name: str, work: Callable[..., int]) -> Step:
            before = postgres_cpu(server.url)
            cost = measure(work, dsn, file)
            return Step(name, cost, {"PostgreSQL": postgres_cpu(server.url) - before})

        steps = [
            step("bare COPY", _copy),
            step("COPY of the file as it is", _copy_file),
            step("load", _load),
            step("load again", _load),
        ]
        with psycopg.connect(dsn) as connection:
            found = connection.execute(
                "SELECT (SELECT count(*) FROM item), (SELECT count(*) FROM outbox),"
                " (SELECT max(version) FROM item), (SELECT count(*) FROM bare),"
                " (SELECT count(*) FROM as_it_is)"
            ).fetchone()
        copied, as_it_is, first, again = map(_rate, steps)
        return Result(
            name="load",
            says="items a CPU second from a file with every rule and event, by bare COPY of rows"
            f" (by COPY of the file {first / as_it_is:.3f}; repeated, by bare COPY"
            f" {again / copied:.3f})",
            ratio=first / copied,
            aim=0,
            right=found == (items, items, 1, items, items),
            steps=steps,
        )


def _rate(step: Step) -> float:
    """Items a CPU second of ours and of the server: the wall of a busy machine says nothing."""
    return step.cost.count / (step.cost.cpu + sum(step.beside.values()))


def _rows(items: int) -> Iterator[tuple[object, ...]]:
    for n in range(items):
        number = f"I-{n:07}"
        yield number, "H87", "raw", f"Part {n}, of steel", "true", 365, "", "metal", "0.25", "KGM"


def _write(file: Path, items: int) -> None:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(items))


def _copy(dsn: str, file: Path) -> int:
    """The same rows, as a program without rules would store them."""
    columns = (
        "item_no, base_unit, type, description, lot_controlled, inspection_on_receipt,"
        " inspection_on_production, conversions, version, shelf_life_days, classes, net_weight"
    )
    count = 0
    with psycopg.connect(dsn) as connection, file.open(newline="") as given:
        connection.execute("CREATE TABLE bare (LIKE item INCLUDING ALL)")
        rows = csv.reader(given)
        next(rows)
        with connection.cursor().copy(f"COPY bare ({columns}) FROM STDIN") as copy:
            for row in rows:
                weight = f'{{"value": "{row[8]}", "unit": "{row[9]}"}}'
                listed = f'["{row[7]}"]'
                own = (*row[:5], "f", "f", "[]", "1", row[5], listed, weight)
                copy.write_row(own)
                count += 1
    return count


def _copy_file(dsn: str, file: Path) -> int:
    """Its bytes: the server alone reads them."""
    columns = ", ".join(f"{name} text" for name in _COLUMNS[1:])
    with psycopg.connect(dsn) as connection, file.open("rb") as given:
        create = f"CREATE TABLE as_it_is (item_no text PRIMARY KEY, {columns})"
        connection.execute(create.encode())
        cursor = connection.cursor()
        with cursor.copy("COPY as_it_is FROM STDIN (FORMAT csv, HEADER)") as copy:
            while piece := given.read(_PIECE):
                copy.write(piece)
        return cursor.rowcount


def _load(dsn: str, file: Path) -> int:
    return uvloop.run(_loaded(dsn, file))


async def _loaded(dsn: str, file: Path) -> int:
    store = Store(dsn)
    store.bind(Outbox(TOPIC))
    try:
        with file.open("rb") as content:
            answer = await files.load(
                store,
                open_books(SystemClock()),
                TABLES["items"],
                content,
                dry_run=False,
                steward="bench",
            )
    finally:
        await store.close()
    if not answer.stored:
        raise RuntimeError(f"{answer.problems[0]}")
    return answer.rows
