"""What is old goes to files that prove themselves, and nothing is lost on the way."""

import asyncio
import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from plantmesh.ops.v1 import audit_pb2 as pb

from services.kit import checkpoint
from services.kit.audit import archivist as archivist_module
from services.kit.audit import retention
from services.kit.audit.encoding import FIELDS
from services.kit.audit.export import Kept, begins_after, prove
from services.kit.audit.finding import Flaw
from services.kit.audit.keys import Keyring, SigningKey
from services.kit.audit.schedule import Schedule
from services.kit.errors import ConflictError, DeniedError, DomainError, UnavailableError
from tests.audited import leaves_rows, rows_of
from tests.component.kit.audit.ledger import Ledger, in_one_chain
from tests.component.kit.audit.retiring import NOW, exported, files, flaws, places, retire, walk
from tests.component.kit.audit.test_servicer import asking
from tests.waiting import until

ROWS = 9


class CrashedError(Exception):
    """The process died there."""


@pytest.fixture
async def sealed(ledger: Ledger) -> Ledger:
    """Nine rows under three seals of one chain, told to both anchors."""
    keys = in_one_chain(ROWS)
    for first in (0, 3, 6):
        await ledger.change(*keys[first : first + 3])
        await ledger.keeper().turn()
    return ledger


@pytest.fixture
def crash() -> Iterator[dict[str, int]]:
    """Die at a checkpoint, after so many visits."""
    planned: dict[str, int] = {}

    def strike(name: str) -> None:
        if name in planned:
            planned[name] -= 1
            if planned[name] < 0:
                del planned[name]
                raise CrashedError(name)

    checkpoint.observe(strike)
    yield planned
    checkpoint.observe(lambda _: None)


async def test_what_is_old_goes_to_a_file_and_both_are_proved(sealed: Ledger) -> None:
    await retire(sealed)
    assert (await places(sealed), exported(sealed)) == ([], list(range(1, ROWS + 1)))
    assert await sealed.rows("SELECT min(no), max(no) FROM audit_seal") == [(3, 4)]
    await sealed.change(in_one_chain(1)[0])
    await sealed.keeper().turn()
    answers = await walk(sealed)
    assert [one for answer in answers for one in answer.findings] == []
    assert sum(one.exported_rows for one in answers) == ROWS
    assert sum(one.rows for one in answers) == 2
    [cut] = answers[-1].cuts
    assert f"rows up to {ROWS} are left to retention by service:works" in cut
    assert files(sealed)[0].name in cut
    # The next one goes on behind it; both are proved, and neither proves itself with another key.
    await retire(sealed)
    assert [begins_after(one).no for one in files(sealed)] == [0, 3]
    assert await flaws(sealed) == []
    assert sum(one.exports for one in await walk(sealed)) == 2
    assert sum(one.exports for one in await walk(sealed, whole=False)) == 1
    strange = Keyring([SigningKey(bytes(32)).public])
    proof = prove(files(sealed)[0], "works", strange, 0)
    assert {one.flaw for one in proof.findings} == {Flaw.SEAL_FOREIGN}


async def test_what_is_young_unsealed_or_not_anchored_stays(sealed: Ledger) -> None:
    await retire(sealed, timedelta(days=1))
    assert files(sealed) == []
    late = in_one_chain(2)
    await sealed.change(late[0])
    await sealed.sealer().seal()
    await sealed.change(late[1])
    await sealed.archivist.export(NOW)
    assert exported(sealed) == list(range(1, ROWS + 1))
    sealed.file._path.rename(sealed.file._path.with_name("away"))
    sealed.file._path.mkdir()
    with pytest.raises(DomainError) as refused:
        await sealed.archivist.export(NOW)
    assert refused.value.code == "anchor_away"


async def test_what_was_tampered_with_is_not_exported(sealed: Ledger) -> None:
    sealed.tamper("UPDATE audit SET who = 'mallory' WHERE seq = 5")
    with pytest.raises(ConflictError) as refused:
        await sealed.archivist.export(NOW)
    assert refused.value.code == "row_edited"
    assert files(sealed) == []
    assert await sealed.archivist.cuts(NOW) == {}
    sealed.tamper("DELETE FROM audit_seal WHERE no = 3")
    with pytest.raises(ConflictError) as refused:
        await sealed.archivist.export(NOW)
    assert refused.value.code == "cut_off"


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _edit(path: Path) -> None:
    path.write_bytes(
        gzip.compress(gzip.decompress(path.read_bytes()).replace(b"because", b"hidden!"))
    )


def _shorten(path: Path) -> None:
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(lines[:-1])))


def _repack(path: Path) -> None:
    """The same lines in other bytes: nobody announced these."""
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1, mtime=7))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (Path.unlink, "export_missing"),
        (_truncate, "export_edited"),
        (_edit, "row_edited"),
        (_shorten, "export_edited"),
        (_repack, "export_edited"),
    ],
)
async def test_nothing_goes_whose_export_does_not_prove_itself(
    sealed: Ledger, spoil: object, code: str
) -> None:
    await Schedule(sealed.archivist, NOW, every=NOW).turn()
    await sealed.keeper().turn()
    [path] = files(sealed)
    whole = path.read_bytes()
    spoil(path)  # type: ignore[operator]
    with pytest.raises(ConflictError) as refused:
        await sealed.archivist.prune()
    assert refused.value.code == code
    assert await places(sealed) == list(range(1, ROWS + 1))
    path.write_bytes(whole)
    assert await sealed.archivist.prune() == 1
    assert await sealed.archivist.prune() == 0
    assert await flaws(sealed) == []
    spoil(path)  # type: ignore[operator]
    assert code in await flaws(sealed)


async def test_an_export_that_does_not_prove_itself_is_not_announced(sealed: Ledger) -> None:
    await sealed.archivist.export(NOW)
    [path] = files(sealed)
    _edit(path)
    with pytest.raises(ConflictError) as refused:
        await sealed.archivist.cuts(NOW)
    assert refused.value.code == "row_edited"


async def test_an_older_export_than_the_announced_one_proves_itself_too(sealed: Ledger) -> None:
    await sealed.archivist.export(NOW)
    await sealed.change(*in_one_chain(ROWS + 1)[ROWS:])
    await sealed.keeper().turn()
    await Schedule(sealed.archivist, NOW, every=NOW).turn()
    await sealed.keeper().turn()
    older, _ = files(sealed)
    _edit(older)
    with pytest.raises(ConflictError) as refused:
        await sealed.archivist.prune()
    assert refused.value.code == "row_edited"
    assert await places(sealed) == list(range(1, ROWS + 2))


@pytest.mark.parametrize(
    ("at", "visits"),
    [
        ("audit.drafted", 0),
        ("audit.exported", 0),
        ("audit.exported", 1),
        ("audit.announced", 0),
        ("audit.before_prune", 0),
        ("audit.before_prune", 1),
        ("audit.pruned_some", 0),
        ("audit.pruned_some", 2),
    ],
)
async def test_a_death_anywhere_loses_nothing(
    sealed: Ledger,
    crash: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
    at: str,
    visits: int,
) -> None:
    """Two files, two rows at a time: each death leaves every row in the database or in a file."""
    monkeypatch.setattr(archivist_module, "ROWS", 5)
    monkeypatch.setattr(archivist_module, "_AT_ONCE", 1)
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    every = list(range(1, ROWS + 1))
    crash[at] = visits
    with pytest.raises(CrashedError):
        await retire(sealed)
    assert sorted({*await places(sealed), *exported(sealed)}) == every
    for place in set(every) - set(await places(sealed)):
        assert place in exported(sealed)
    await sealed.keeper().turn()
    assert [one for one in await flaws(sealed) if one != "anchor_behind"] == []
    await retire(sealed)
    await retire(sealed)
    assert (await places(sealed), exported(sealed)) == ([], every)
    assert await flaws(sealed) == []


async def test_the_replica_that_seals_keeps_the_retention(ledger: Ledger) -> None:
    keeper, stop = ledger.keeper(), asyncio.Event()
    keeper.retention = schedule = Schedule(ledger.archivist, NOW, every=NOW, pause=0.05)
    await ledger.change("lyon/1")
    running = asyncio.create_task(keeper.run(stop))

    async def gone() -> bool:
        rows = await ledger.rows("SELECT 1 FROM audit WHERE kind = 'thing'")
        return not rows and await ledger.all_sealed()

    async def troubled() -> bool:
        return bool(schedule.trouble)

    try:
        await until(gone, 15, every=0.05)
        assert schedule.trouble == ""
        ledger.archive.folder.rename(ledger.archive.folder.with_name("away"))
        ledger.archive.folder.write_bytes(b"")
        await until(troubled, 15, every=0.05)
    finally:
        stop.set()
        await running


@leaves_rows(pb.PruneAuditRequest)
async def test_an_operator_exports_and_prunes(sealed: Ledger) -> None:
    request = pb.PruneAuditRequest(idempotency_key="p-1", reason="moved to the vault")
    async with asking(sealed) as stub:
        await sealed.archivist.export(NOW)
        [name] = (await stub.PruneAudit(request)).exports
        assert (await stub.PruneAudit(request)).exports == [name]
        again = pb.PruneAuditRequest(idempotency_key="p-3", reason="twice")
        assert not (await stub.PruneAudit(again)).exports
        assert not (await stub.ExportAudit(pb.ExportAuditRequest())).exports
    assert await rows_of(sealed.store, pb.PruneAuditRequest) == {"audit.retention"}
    await sealed.keeper().turn()
    assert await sealed.archivist.prune() == 1
    [cut] = (await walk(sealed))[-1].cuts
    assert "by olga" in cut
    assert "moved to the vault" in cut
    async with asking(sealed, plants=["lyon"]) as stub:
        with pytest.raises(DeniedError):
            await stub.ExportAudit(pb.ExportAuditRequest())
        with pytest.raises(DeniedError):
            await stub.PruneAudit(pb.PruneAuditRequest(idempotency_key="p-2", reason="x"))


async def test_an_archive_that_cannot_be_written_is_said(sealed: Ledger) -> None:
    sealed.archive.folder.write_bytes(b"")
    with pytest.raises(UnavailableError, match="the archive cannot be written"):
        await sealed.archivist.export(NOW)


def test_a_line_has_the_fields_of_a_row_in_their_order() -> None:
    assert Kept.__struct_fields__ == ("seq", *FIELDS)
