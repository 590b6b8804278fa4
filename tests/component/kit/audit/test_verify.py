"""Whatever a superuser does to the audit is found and named; so is an anchor that was replaced."""

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from services.kit.audit.anchor import FileAnchor
from services.kit.audit.encoding import FIELDS, row_digest
from services.kit.audit.finding import Flaw
from services.kit.audit.keys import Keyring, SigningKey
from services.kit.audit.seal import COLUMNS, Head, Seal
from tests.component.kit.audit.ledger import KEY, Ledger, in_one_chain


@pytest.fixture
async def sealed(ledger: Ledger) -> Ledger:
    """Nine rows under three seals of one chain, told to both anchors."""
    keys = in_one_chain(9)
    keeper = ledger.keeper()
    for first in (0, 3, 6):
        await ledger.change(*keys[first : first + 3])
        await keeper.turn()
    assert await ledger.verify() == []
    return ledger


def later(ledger: Ledger) -> None:
    """Time passes: no seal is fresh any more. The signature covers it, so nobody can write it."""
    ledger.tamper("UPDATE audit_seal SET sealed_at = sealed_at - interval '1 hour'")


async def test_an_edited_row_is_named(sealed: Ledger) -> None:
    sealed.tamper("UPDATE audit SET who = 'mallory' WHERE seq = 5")
    [finding] = await sealed.verify()
    assert (finding.flaw, finding.seal, finding.seq) == (Flaw.ROW_EDITED, 2, 5)
    key = in_one_chain(9)[4]
    assert f"row 5, thing {key} (id 5), is not what was sealed" in finding.words


@pytest.mark.parametrize("column", FIELDS[1:])
async def test_every_column_counts(sealed: Ledger, column: str) -> None:
    other = {
        "id": "id + 100",
        "at": "at + interval '1 microsecond'",
        "old": "NULL",
        "new": """'{"n": 2}'""",
        "schema_version": "2",
        "mapping_version": "1",
    }
    value = other.get(column, f"{column} || '.'")
    sealed.tamper(f"UPDATE audit SET {column} = {value} WHERE seq = 5")
    assert await sealed.flaws() == [(Flaw.ROW_EDITED, 2, 5)]


async def test_a_deleted_row_is_named(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM audit WHERE seq = 4")
    assert await sealed.flaws() == [(Flaw.ROW_MISSING, 2, 4)]


async def test_rows_that_changed_places_are_named(sealed: Ledger) -> None:
    sealed.tamper(
        "UPDATE audit SET seq = 100 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 100",
    )
    assert await sealed.flaws() == [(Flaw.ROW_MOVED, 1, 2), (Flaw.ROW_MOVED, 1, 3)]


async def test_a_row_that_nobody_sealed_is_named(sealed: Ledger) -> None:
    sealed.tamper(
        "INSERT INTO audit SELECT 10, 1000, partition, at, who, via, kind, key, old, new, reason,"
        " service, method, schema_version, mapping_version, correlation FROM audit WHERE seq = 9"
    )
    assert await sealed.flaws() == [(Flaw.ROW_ADDED, 3, 10)]


async def test_an_edited_seal_is_named_with_what_it_breaks(sealed: Ledger) -> None:
    sealed.tamper("UPDATE audit_seal SET last_seq = 5 WHERE no = 2")
    assert (Flaw.SEAL_EDITED, 2, 0) in await sealed.flaws()


async def test_a_seal_made_anew_over_an_edited_row_does_not_pass(sealed: Ledger) -> None:
    """Hashes alone could be computed again; the signature cannot."""
    sealed.tamper(
        "UPDATE audit SET who = 'mallory' WHERE seq = 5",
        "UPDATE audit_seal SET digests = substr(digests, 1, 32) || sha256('x') ||"
        " substr(digests, 65) WHERE no = 2",
    )
    flaws = await sealed.flaws()
    assert (Flaw.SEAL_EDITED, 2, 0) in flaws
    assert (Flaw.CHAIN_BROKEN, 3, 0) in flaws


async def test_a_seal_taken_out_of_the_middle_is_named(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM audit_seal WHERE no = 2", "DELETE FROM audit WHERE seq in (4, 5, 6)")
    assert await sealed.flaws() == [(Flaw.SEAL_MISSING, 2, 0)]
    assert await sealed.flaws(limit=1) == [(Flaw.SEAL_MISSING, 2, 0)]


async def test_a_beginning_that_is_gone_is_named(sealed: Ledger) -> None:
    sealed.tamper("DELETE FROM audit_seal WHERE no = 1", "DELETE FROM audit WHERE seq <= 3")
    assert await sealed.flaws() == [(Flaw.BEGINNING_MISSING, 2, 0)]


CUT = (
    "DELETE FROM audit WHERE seq > 6",
    "DELETE FROM audit_seal WHERE no = 3",
    "UPDATE audit_head SET no = 2, last_seq = 6, head = (SELECT previous FROM stolen)",
)


def cut_off(ledger: Ledger) -> None:
    """Remove the last seal and its rows, and set the head back: the database alone is whole."""
    ledger.tamper("CREATE TABLE stolen AS SELECT previous FROM audit_seal WHERE no = 3", *CUT)


async def test_a_tail_that_was_cut_off_shows_by_the_anchors(sealed: Ledger) -> None:
    cut_off(sealed)
    findings = await sealed.verify()
    assert [(one.flaw, one.seal, one.seq) for one in findings] == [(Flaw.CUT_OFF, 3, 7)] * 2
    assert "rows 7 to 9 are cut off: file" in findings[0].words
    assert "the database ends at seal 2" in findings[1].words


async def test_a_cut_that_forgot_the_head_shows_by_itself(sealed: Ledger) -> None:
    sealed.tamper(*CUT[:2])
    assert (await sealed.flaws())[0] == (Flaw.CUT_OFF, 2, 0)


async def test_a_cut_with_the_file_set_back_shows_by_the_stream(
    sealed: Ledger, tmp_path: Path
) -> None:
    cut_off(sealed)
    path = tmp_path / "anchor"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    [finding] = await sealed.verify()
    assert (finding.flaw, finding.seq) == (Flaw.CUT_OFF, 7)
    assert "stream works.audit" in finding.words


async def test_an_old_anchor_that_was_put_back_is_named(sealed: Ledger, tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    old = path.read_bytes()
    keeper = sealed.keeper()
    await sealed.change(in_one_chain(1)[0])
    await keeper.turn()
    path.write_bytes(old)
    assert await sealed.flaws() == []
    later(sealed)
    behind = [one for one in await sealed.verify() if one.flaw is Flaw.ANCHOR_BEHIND]
    assert [(one.partition, one.seal) for one in behind] == [(0, 3)]
    assert "was last told of seal 3, the database ends at seal 4" in behind[0].words


async def test_lines_repeated_in_an_anchor_do_not_set_it_back(
    sealed: Ledger, tmp_path: Path
) -> None:
    cut_off(sealed)
    path = tmp_path / "anchor"
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[1])
    assert {one.flaw for one in await sealed.verify()} == {Flaw.CUT_OFF}
    assert len(await sealed.verify()) == 2


async def test_whoever_holds_the_key_rewrites_the_chain_and_not_the_anchors(
    sealed: Ledger,
) -> None:
    rewrite(sealed, KEY)
    assert await sealed.rows("SELECT count(*) FROM audit WHERE who = 'mallory'") == [(9,)]
    findings = await sealed.verify()
    assert {one.flaw for one in findings} == {Flaw.FORKED, Flaw.CUT_OFF}
    assert any("file" in one.words for one in findings)


async def test_whoever_does_not_hold_the_key_cannot_rewrite_the_chain(sealed: Ledger) -> None:
    rewrite(sealed, SigningKey(bytes(32)))
    assert (Flaw.SEAL_FOREIGN, 1, 0) in await sealed.flaws(keys=Keyring([KEY.public]))


async def test_an_anchor_that_is_away_proves_nothing_and_says_so(
    sealed: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "anchor").unlink()
    (tmp_path / "anchor").mkdir()
    [finding] = await sealed.verify()
    assert finding.flaw is Flaw.ANCHOR_AWAY
    assert "cannot be read" in finding.words


async def test_a_torn_line_is_ended_before_the_next_one(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "deep" / "anchor")
    assert await anchor.recent() == []
    await anchor.put([Head(0, 1, 3, b"a")])
    with (tmp_path / "deep" / "anchor").open("ab") as file:
        file.write(b'{"partition":0,"no"')
    await anchor.put([Head(0, 2, 6, b"b"), Head(1, 1, 1, b"c")])
    assert await anchor.recent() == [Head(0, 1, 3, b"a"), Head(0, 2, 6, b"b"), Head(1, 1, 1, b"c")]


def rewrite(ledger: Ledger, key: SigningKey) -> None:
    """Seal other rows from the first on, as the sealer would."""
    names = ", ".join(f"{name}::text" if name in ("old", "new") else name for name in FIELDS)
    with psycopg.connect(ledger.superuser) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE audit SET who = 'mallory'")
        rows = connection.execute(f"SELECT {names} FROM audit ORDER BY seq").fetchall()
        [first] = connection.execute(
            f"DELETE FROM audit_seal WHERE no = 1 RETURNING {COLUMNS}"
        ).fetchall()
        connection.execute("DELETE FROM audit_seal")
        digests = b"".join(map(row_digest, rows))
        seal = replace(Seal.read(first), last_seq=9, digests=digests, key_id=key.id)
        seal = replace(seal, signature=key.sign(seal.content))
        values = [getattr(seal, name) for name in COLUMNS.split(", ")]
        marks = ", ".join(["%s"] * len(values))
        connection.execute(f"INSERT INTO audit_seal ({COLUMNS}) VALUES ({marks})", values)
        connection.execute("UPDATE audit_head SET no = 1, last_seq = 9, head = %s", (seal.head,))
