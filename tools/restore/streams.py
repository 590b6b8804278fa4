"""How far events are: written, placed, sent, applied; in which incarnation."""

from collections.abc import Mapping
from typing import Any

import psycopg

_TOPIC = "plantmesh."
_HEADS = "SELECT partition, n FROM stream_head"
_CURSORS = "SELECT consumer, topic, partition, n FROM cursor"
_UNSENT = (
    "SELECT (SELECT count(*) FROM outbox WHERE n IS NULL) + (SELECT coalesce(sum(n - sent_n), 0)"
    " FROM stream_head)"
)


def behind(databases: Mapping[str, str]) -> int:
    """Events that somebody has not applied yet, or that are not even sent."""
    heads = {
        (service, partition): n
        for service, url in databases.items()
        for partition, n in _rows(url, _HEADS)
    }
    unsent: int = sum(count for url in databases.values() for (count,) in _rows(url, _UNSENT))
    lag: int = sum(
        max(heads.get((topic.removeprefix(_TOPIC), partition), 0) - n, 0)
        for url in databases.values()
        for _, topic, partition, n in _rows(url, _CURSORS)
    )
    return unsent + lag


def incarnations(databases: Mapping[str, str]) -> dict[str, int]:
    """The highest incarnation of each owner's streams."""
    query = "SELECT coalesce(max(incarnation), 0) FROM stream_head"
    return {
        service: rows[0][0] for service, url in databases.items() if (rows := _rows(url, query))
    }


def _rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()
