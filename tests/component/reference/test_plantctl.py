"""plantctl load and export as a planner runs them: real processes against the service."""

from pathlib import Path

from tests.component.reference.conftest import Library, token
from tests.component.reference.messages import everything
from tests.plantctl import plantctl


async def run(library: Library, *words: str, typed: bytes = b"") -> tuple[int, str, str]:
    """How it ended, and what it said."""
    told = ("--address", f"reference=127.0.0.1:{library.server.port}", *words)
    ended = await plantctl(*told, typed=typed, PLANTMESH_TOKEN=token())
    return ended.code, ended.out, ended.err


async def test_a_planner_loads_and_exports(library: Library, tmp_path: Path) -> None:
    async with library.calling() as reference:
        await reference.PutMasterData(everything())
    file = tmp_path / "items.csv"
    assert (await run(library, "export", "items", "--to", str(file)))[0] == 0
    before = await library.rows()
    same = await run(library, "load", "items", str(file))
    assert (same[0], same[1].strip()) == (0, "2 rows, 0 records changed")
    bad = file.read_bytes() + b"nut,PCE,raw\r\n"
    ended = await run(library, "load", "items", "-", "--dry-run", typed=bad)
    assert ended[0] == 1
    assert "wrong_width" in ended[1]
    assert "nothing is stored" in ended[1]
    new = b"item_no,base_unit,type\r\nnut,H87,raw\r\n"
    rehearsed = await run(library, "load", "items", "-", "--dry-run", typed=new)
    assert rehearsed[1].strip() == "1 rows, 1 records would change"
    assert await library.rows() == before
    assert (await run(library, "load", "items", "-", typed=new))[0] == 0
    assert "nut,H87,raw" in (await run(library, "export", "items"))[1]


async def test_what_is_no_kind_or_no_file_is_said(library: Library, tmp_path: Path) -> None:
    code, _, said = await run(library, "export", "colours")
    assert (code, "unknown_kind" in said, "items" in said) == (1, True, True)
    code, _, said = await run(library, "load", "items", str(tmp_path / "none.csv"))
    assert (code, "cannot be read" in said) == (1, True)
