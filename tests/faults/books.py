"""What the two databases of a run say: what was accepted, applied, parked, and still to do."""

from typing import Any, LiteralString

import psycopg
from google.protobuf.wrappers_pb2 import StringValue

from tests.faults.checker import Verdict, check
from tests.faults.place import Place

Row = tuple[Any, ...]


class Books:
    """Reads both databases from outside; a lost connection is opened again."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: dict[str, psycopg.Connection[Row]] = {}

    def owner(self, query: LiteralString, *params: object) -> list[Row]:
        """Ask the publisher's database."""
        return self._ask(self._place.owner, query, params)

    def reader(self, query: LiteralString, *params: object) -> list[Row]:
        """Ask the subscriber's database."""
        return self._ask(self._place.reader, query, params)

    def accepted(self) -> dict[str, list[str]]:
        """The ids of committed events per key, in order of their sequence."""
        ids: dict[str, list[str]] = {}
        for key, data in self.owner("SELECT key, data FROM outbox ORDER BY key, sequence"):
            ids.setdefault(key, []).append(StringValue.FromString(data).value)
        return ids

    def journal(self) -> list[tuple[str, str]]:
        """(key, id) of the effects, as they were committed."""
        return [(key, id) for key, id in self.reader("SELECT key, id FROM effect ORDER BY place")]

    def written(self) -> int:
        """Events accepted."""
        [(count,)] = self.owner("SELECT count(*) FROM outbox")
        return int(count)

    def backlog(self) -> int:
        """Events accepted and neither applied nor parked."""
        [(done,)] = self.reader(
            "SELECT (SELECT count(*) FROM effect) + (SELECT count(*) FROM parked)"
        )
        return self.written() - int(done)

    def verdict(self) -> Verdict:
        """Judge the effects by what was accepted."""
        return check(self.accepted(), self.journal())

    def broken_promises(self) -> list[str]:
        """What the writing side promised and did not keep; empty when all is well."""
        ids = {id for ids in self.accepted().values() for id in ids}
        facts = {id for (id,) in self.owner("SELECT id FROM fact")}
        acked = {
            id for file in self._place.folder.glob("acked.*") for id in file.read_text().split()
        }
        gaps = self.owner("SELECT key FROM outbox GROUP BY key HAVING max(sequence) <> count(*)")
        return [
            f"{count} {what}"
            for count, what in (
                (len(acked - facts), "acknowledged facts are gone"),
                (len(facts ^ ids), "facts and events do not match"),
                (len(gaps), "keys with a gap in their sequence"),
            )
            if count
        ]

    def close(self) -> None:
        """Let go of both databases, so that one can be replaced."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _ask(self, url: str, query: LiteralString, params: tuple[object, ...]) -> list[Row]:
        for last_try in (False, True):
            connection = self._open.get(url)
            if connection is None or connection.closed:
                connection = self._open[url] = psycopg.connect(url, autocommit=True)
            try:
                cursor = connection.execute(query, params or None)
                return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                connection.close()
                if last_try:
                    raise
        raise AssertionError("unreachable")
