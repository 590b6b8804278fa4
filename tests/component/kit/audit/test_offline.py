"""An export is judged with nothing but files: what a key proves, what an anchor does, what none."""

import gzip
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from services.kit.audit.anchor import read_heads
from services.kit.audit.encoding import row_digest
from services.kit.audit.export import Begin, End, Kept, Line, Sealed
from services.kit.audit.finding import Flaw
from services.kit.audit.keys import Keyring, SigningKey, written
from services.kit.audit.offline import check_exports
from services.kit.errors import InvalidError
from tests.component.kit.audit.ledger import KEY, Ledger, in_one_chain
from tests.component.kit.audit.retiring import NOW, files
from tools.plantctl.__main__ import app

KEYS = Keyring([KEY.public])
Edit = Callable[[list[bytes]], list[bytes]]


@pytest.fixture
async def exports(ledger: Ledger, tmp_path: Path) -> list[Path]:
    """Two of one chain, three seals and two, far from the service; the second goes on."""
    found = list[Path]()
    for seals in (3, 2):
        for first in range(seals):
            await ledger.change(*in_one_chain(3 * seals)[3 * first : 3 * first + 3])
            await ledger.keeper().turn()
        await ledger.archivist.export(NOW)
    away = tmp_path / "away"
    away.mkdir()
    found = [Path(shutil.copy(path, away)) for path in files(ledger)]
    assert len(found) == 2
    return found


@pytest.fixture
def anchor(exports: list[Path], ledger: Ledger, tmp_path: Path) -> Path:
    """A copy of what the anchor was told."""
    return Path(shutil.copy(ledger.file._path, tmp_path / "copy-of-anchor"))


def rewrite(path: Path, edit: Edit) -> None:
    """As somebody with an editor does."""
    with gzip.open(path) as packed:
        lines = packed.readlines()
    with gzip.open(path, "wb") as packed:
        packed.writelines(edit(lines))


def lines_of(path: Path) -> list[Line]:
    with gzip.open(path) as packed:
        return [msgspec.json.decode(line, type=Line) for line in packed]


def forge(path: Path, without: int) -> None:
    """As somebody does who leaves a row out and computes all digests anew, but cannot sign."""
    begin, *rest = lines_of(path)
    assert isinstance(begin, Begin)
    rows = {one.seq: one for one in rest if isinstance(one, Kept) and one.seq != without}
    forged, head = list[Line]([begin]), begin.after
    for seal in (one.seal for one in rest if isinstance(one, Sealed)):
        under = [rows[seq] for seq in range(seal.first_seq, seal.last_seq + 1) if seq in rows]
        under = [
            msgspec.structs.replace(row, seq=head.last_seq + place)
            for place, row in enumerate(under, 1)
        ]
        digests = b"".join(row_digest(row.values) for row in under)
        last = head.last_seq + len(under)
        made = replace(
            seal, first_seq=head.last_seq + 1, last_seq=last, previous=head.head, digests=digests
        )
        forged += [Sealed(made), *under]
        head = made.end
    forged.append(End(head, len(rows), {}))
    with gzip.open(path, "wb") as packed:
        packed.write(b"".join(msgspec.json.encode(one) + b"\n" for one in forged))


def found(
    paths: Sequence[Path], keys: Keyring | None = None, anchor: Path | None = None
) -> set[Flaw]:
    judged = check_exports(paths, keys, read_heads(anchor) if anchor else [])
    return {each.flaw for one in judged for each in one.proof.findings}


def edit_a_row(lines: list[bytes]) -> list[bytes]:
    return [
        line.replace(b'"who":"', b'"who":"not ') if n == 2 else line for n, line in _every(lines)
    ]


def delete_a_row(lines: list[bytes]) -> list[bytes]:
    return [line for n, line in _every(lines) if n != 2]


def delete_a_seal(lines: list[bytes]) -> list[bytes]:
    begin = next(n for n, line in _every(lines) if n > 1 and b'"type":"seal"' in line)
    return lines[:begin] + lines[begin + 4 :]


def truncate(lines: list[bytes]) -> list[bytes]:
    return lines[:-2]


def cut_a_line(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-3], lines[-3][:40]]


def _every(lines: list[bytes]) -> enumerate[bytes]:
    return enumerate(lines)


EDITS = {
    edit_a_row: {Flaw.ROW_EDITED},
    delete_a_row: {Flaw.ROW_MISSING, Flaw.EXPORT_EDITED},
    delete_a_seal: {Flaw.SEAL_MISSING, Flaw.EXPORT_EDITED},
    truncate: {Flaw.EXPORT_EDITED},
    cut_a_line: {Flaw.EXPORT_EDITED},
}


async def test_exports_are_whole_and_say_how_far_that_is_proved(
    exports: list[Path], anchor: Path
) -> None:
    judged = check_exports(exports[::-1], KEYS, read_heads(anchor))
    assert [each for one in judged for each in one.proof.findings] == []
    assert [one.proof.after.no + 1 for one in judged] == [1, judged[0].proof.end.no + 1]
    assert all(one.signed and one.proof.anchored == one.proof.end.no for one in judged)
    [bare, _] = check_exports(exports, None, [])
    assert (bare.signed, bare.proof.anchored, bare.proof.findings) == (False, 0, [])
    strange = Keyring([SigningKey(bytes(32)).public])
    assert found(exports[:1], strange) == {Flaw.SEAL_FOREIGN}


async def test_what_was_edited_deleted_or_cut_off_is_found_without_any_key(
    exports: list[Path], tmp_path: Path
) -> None:
    for edit, flaws in EDITS.items():
        copy = Path(shutil.copy(exports[0], tmp_path))
        rewrite(copy, edit)
        assert found([copy]) >= flaws, edit.__name__
    whole = exports[0].read_bytes()
    exports[0].write_bytes(whole[: len(whole) // 2])
    assert found([exports[0]]) == {Flaw.EXPORT_EDITED}


async def test_a_file_that_was_computed_anew_shows_by_a_key_or_by_an_anchor_only(
    exports: list[Path], anchor: Path
) -> None:
    forge(exports[0], without=2)
    assert found(exports[:1]) == set(), "nobody can see it in the file alone"
    assert found(exports[:1], KEYS) == {Flaw.SEAL_EDITED}
    assert found(exports[:1], anchor=anchor) == {Flaw.FORKED}
    assert Flaw.CHAIN_BROKEN in found(exports), "the next file goes on from another end"


async def test_a_shorter_file_has_not_the_end_of_its_name_and_a_missing_one_shows(
    exports: list[Path], tmp_path: Path
) -> None:
    shorter = tmp_path / exports[0].name.replace("-", "-1")
    shutil.copy(exports[0], shorter)
    assert found([shorter], KEYS) == {Flaw.EXPORT_EDITED}
    unnamed = tmp_path / "export"
    shutil.copy(exports[0], unnamed)
    assert found([unnamed], KEYS) == {Flaw.EXPORT_EDITED}
    assert found([tmp_path / exports[1].name]) == {Flaw.EXPORT_MISSING}


async def test_plantctl_says_it_and_exits_by_it(
    exports: list[Path], anchor: Path, tmp_path: Path
) -> None:
    named = ["--key", written(KEY.public), "--anchor", str(anchor)]
    said = CliRunner().invoke(app, ["audit", "check", *map(str, exports), *named])
    assert said.exit_code == 0, said.output
    assert said.output.count(": whole;") == 2
    assert "signatures judged; anchored up to seal" in said.output
    rewrite(exports[0], edit_a_row)
    said = CliRunner().invoke(app, ["audit", "check", str(exports[0]), "--json"])
    assert said.exit_code != 0
    assert "row_edited" in said.output
    with pytest.raises(InvalidError):
        CliRunner().invoke(
            app, ["audit", "check", str(exports[1]), "--key", "x"], catch_exceptions=False
        )
