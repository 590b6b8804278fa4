"""A writer that knows what it was promised: each row is noted once its commit was answered."""

import threading
import time

import psycopg
from psycopg.errors import Error

_PAUSE = 0.02


class Ticker:
    """Rows in a table of its own, one after the other, until the server is gone."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._answered: list[tuple[int, float]] = []
        self._thread = threading.Thread(target=self._write, daemon=True)

    def start(self) -> None:
        """Begin to write."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS tick (n bigint PRIMARY KEY)")
            connection.execute("TRUNCATE tick")
        self._thread.start()

    def lost(self, url: str) -> tuple[int, float]:
        """How many answered rows the restored server lacks, and how many seconds of them (RPO)."""
        self._thread.join()
        with psycopg.connect(url) as connection:
            [(last,)] = connection.execute("SELECT coalesce(max(n), 0) FROM tick").fetchall()
        missing = [at for n, at in self._answered if n > last]
        return len(missing), missing[-1] - missing[0] + _PAUSE if missing else 0.0

    @property
    def answered(self) -> int:
        """How many commits were answered."""
        return len(self._answered)

    def _write(self) -> None:
        n = 0
        try:
            with psycopg.connect(self._url, autocommit=True) as connection:
                while True:
                    n += 1
                    connection.execute("INSERT INTO tick VALUES (%s)", (n,))
                    self._answered.append((n, time.monotonic()))
                    time.sleep(_PAUSE)
        except Error:
            return
