"""plantctl load and export as a planner runs them: real processes against the service."""

import asyncio
import os
import sys
from pathlib import Path

from tests.component.reference.conftest import Library, token
from tests.component.reference.messages import everything


async def plantctl(library: Library, *words: str, typed: bytes = b"") -> tuple[int, str, str]:
    """How it ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tools.plantctl", "--address", f"reference=127.0.0.1:{library.server.port}"),
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PLANTMESH_TOKEN": token(), "COLUMNS": "250"},
    )
    out, err = await process.communicate(typed)
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_planner_loads_and_exports(library: Library, tmp_path: Path) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
    file = tmp_path / "items.csv"
    assert (await plantctl(library, "export", "items", "--to", str(file)))[0] == 0
    before = await library.rows()
    same = await plantctl(library, "load", "items", str(file))
    assert (same[0], same[1].strip()) == (0, "2 rows, 0 records changed")
    bad = file.read_bytes() + b"nut,PCE,raw\r\n"
    ended = await plantctl(library, "load", "items", "-", "--dry-run", typed=bad)
    assert ended[0] == 1
    assert "wrong_width" in ended[1]
    assert "nothing is stored" in ended[1]
    new = b"item_no,base_unit,type\r\nnut,H87,raw\r\n"
    rehearsed = await plantctl(library, "load", "items", "-", "--dry-run", typed=new)
    assert rehearsed[1].strip() == "1 rows, 1 records would change"
    assert await library.rows() == before
    assert (await plantctl(library, "load", "items", "-", typed=new))[0] == 0
    assert "nut,H87,raw" in (await plantctl(library, "export", "items"))[1]


async def test_what_is_no_kind_or_no_file_is_said(library: Library, tmp_path: Path) -> None:
    code, _, said = await plantctl(library, "export", "colours")
    assert (code, "unknown_kind" in said, "items" in said) == (1, True, True)
    code, _, said = await plantctl(library, "load", "items", str(tmp_path / "none.csv"))
    assert (code, "cannot be read" in said) == (1, True)
