"""Letting go of a database connection that another task may still be waiting on."""

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

import psycopg

_closing: set[asyncio.Task[None]] = set()


async def let_go(connection: psycopg.AsyncConnection[Any]) -> None:
    """Close it; whoever still waits on it hears at once that it is lost, and it is closed then.

    Closed under a waiter, its descriptor's number would go to the next connection while the loop
    still watches it for the last one: libuv aborts the process when it meets the mix-up.
    """
    if connection.lock.locked():
        _hang_up(connection)
        task = asyncio.create_task(_close_behind(connection))
        _closing.add(task)
        task.add_done_callback(_closing.discard)
    else:
        await _close(connection)


def _hang_up(connection: psycopg.AsyncConnection[Any]) -> None:
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)


async def _close_behind(connection: psycopg.AsyncConnection[Any]) -> None:
    async with connection.lock:
        await _close(connection)


async def _close(connection: psycopg.AsyncConnection[Any]) -> None:
    with suppress(psycopg.Error):
        await connection.close()
