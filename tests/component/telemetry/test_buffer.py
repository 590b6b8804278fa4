"""The edge buffer outlives kills, stays in bounds, and says what it dropped."""

import asyncio
import signal
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.kit.errors import InvalidError
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.domain.equipment import Mark
from services.telemetry.domain.look import Look, Quality
from tests.unit.telemetry.reports import NOON, OVEN, PRESS, look, state

_WRITER = """
import asyncio, sys
from pathlib import Path
from services.telemetry.adapters.buffer import Buffer
from tests.component.telemetry.test_buffer import jobs

async def write():
    buffer = Buffer(Path(sys.argv[1]))
    for one in jobs(100_000):
        await buffer.keep([one], [])
        print(one.order_no, flush=True)

asyncio.run(write())
"""


def jobs(count: int) -> list[Look]:
    """Each of another order: none covers the one before."""
    return [look(n, order_no=str(n)) for n in range(count)]


async def test_what_was_kept_is_there_after_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "buffer.sqlite"
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout
    said = [await writer.stdout.readline() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    said += (await writer.stdout.read()).splitlines()
    await writer.wait()
    kept = int(said[-1])
    buffer = Buffer(path)
    batch = await buffer.first(100_000)
    assert batch
    told = [one.order_no for one in batch.looks]
    # The one under way when it died may be there as well.
    assert told in ([str(n) for n in range(kept + 1)], [str(n) for n in range(kept + 2)])
    newest, _ = await buffer.newest(PRESS)
    assert newest == batch.looks[-1]
    await buffer.close()


async def test_only_the_end_of_a_context_waits(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "buffer.sqlite")
    for n, order in enumerate("AAABBA"):
        await buffer.keep([look(n, order_no=order)], [])
    batch = await buffer.first(10)
    assert batch
    assert [(one.order_no, one.read_at.moment.second) for one in batch.looks] == [
        ("A", 2),
        ("B", 4),
        ("A", 5),
    ]
    await buffer.close()


async def test_a_full_buffer_drops_the_oldest_and_marks_the_gap(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "buffer.sqlite", limit=20)
    other = look(0, equipment=OVEN)
    await buffer.keep([other], [state(0)])
    for one in jobs(50):
        await buffer.keep([one], [])
    batch = await buffer.first(100)
    assert batch
    assert len(batch.looks) + len(batch.states) <= 20
    # The last of a machine that stands still stays, whatever its age.
    assert other in batch.looks
    oldest = next(one for one in batch.looks if one.equipment == PRESS)
    assert (oldest.quality, oldest.gap_since) == (Quality.UNCERTAIN, NOON)
    assert [one.order_no for one in batch.looks if one.equipment == PRESS][-1] == "49"
    await buffer.close()


async def test_what_another_replica_told_is_forgotten(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path / "buffer.sqlite")
    await buffer.keep(jobs(4), [state(0)])
    assert await buffer.machines() == [PRESS]
    await buffer.prune({PRESS: Mark(read_at=NOON + timedelta(seconds=2))})
    batch = await buffer.first(10)
    assert batch
    assert ([one.order_no for one in batch.looks], len(batch.states)) == (["3"], 1)
    await buffer.prune({PRESS: Mark(since=NOON + timedelta(days=1))})
    batch = await buffer.first(10)
    assert batch
    assert batch.states == []
    await buffer.close()


async def test_the_file_is_private_and_one_process_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "buffer.sqlite"
    buffer = Buffer(path)
    await buffer.keep(jobs(1), [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(InvalidError) as refused:
        Buffer(path)
    assert (refused.value.code, refused.value.field) == ("bad_buffer", "PLANTMESH_TELEMETRY_FOLDER")
    await buffer.close()
    await Buffer(path).close()
