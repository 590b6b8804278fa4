"""A person at Tryton's own desk: tasks go to scripts that run in its environment, as JSON."""

import asyncio
from typing import Any, Self

import msgspec

from services.kit.errors import InvalidError, UnavailableError
from tools.peers.tryton import environment
from tools.peers.tryton.place import Login


class Desk:
    """`async with Desk(url, login) as desk`: one process and one session, opened at first use."""

    def __init__(self, url: str, login: Login) -> None:
        self._who = {"url": f"{url}rpc/", "login": login.name, "password": login.password}
        self._process: asyncio.subprocess.Process | None = None
        self._busy = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Nobody sits there yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave it."""
        await self.close()

    async def close(self) -> None:
        """End the session, if there is one."""
        async with self._busy:
            await self._leave()

    async def run(self, verb: str, task: dict[str, Any]) -> dict[str, Any]:
        """What `verb` of scripts/desk.py says of the task.

        Raises UnavailableError when Tryton cannot be reached, InvalidError when it refuses.
        """
        async with self._busy:
            said = await self._ask(msgspec.json.encode({"verb": verb, "task": task}))
        if "answer" in said:
            answer: dict[str, Any] = said["answer"]
            return answer
        if said["kind"] == "away":
            raise UnavailableError(f"Tryton: {said['error']}")
        raise InvalidError(f"Tryton refused to {verb}: {said['error']}")

    async def _ask(self, line: bytes) -> dict[str, Any]:
        process = self._process or await self._sit_down()
        assert process.stdin
        assert process.stdout
        try:
            process.stdin.write(line + b"\n")
            await process.stdin.drain()
            heard = await process.stdout.readline()
        except ConnectionError:
            heard = b""
        if not heard:
            await self._leave()
            raise UnavailableError("Tryton's desk closed")
        said: dict[str, Any] = msgspec.json.decode(heard)
        return said

    async def _sit_down(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            environment.python(),
            environment.script("desk"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={},
            limit=_LONGEST,
        )
        assert process.stdin
        process.stdin.write(msgspec.json.encode(self._who) + b"\n")
        self._process = process
        return process

    async def _leave(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()
            await process.wait()


_LONGEST = 64 * 1024 * 1024
