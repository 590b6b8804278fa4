"""The SQLite file of one replica's edge buffer: private, durable, opened by one process."""

import os
import sqlite3
from pathlib import Path

from services.kit.errors import InvalidError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS report (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    equipment TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS report_machine ON report (equipment, kind, n);
CREATE TABLE IF NOT EXISTS newest (
    equipment TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (equipment, kind)
) STRICT;
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Opened or made; raises InvalidError when it is another process's, or no such file."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        database = sqlite3.connect(path, timeout=0, check_same_thread=False)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA)
    except (OSError, sqlite3.Error) as error:
        raise InvalidError(
            f"the edge buffer {path} cannot be opened: {error}",
            code="bad_buffer",
            field="PLANTMESH_TELEMETRY_FOLDER",
            hint="every replica needs a folder of its own that it may write to",
        ) from error
    return database
