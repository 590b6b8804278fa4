"""`plantctl audit` as an operator runs it: what changed, and whether the record of it is whole."""

from collections.abc import AsyncIterator

import pytest

from services.kit.access.principal import Principal, acting_as
from services.kit.audit.keys import written
from tests.component.kit.audit.conftest import ledger
from tests.component.kit.audit.ledger import KEY, Ledger, in_one_chain
from tests.component.kit.desk.works import token
from tests.component.tools.test_plantctl import Shell

__all__ = ["ledger"]


@pytest.fixture
async def shell(ledger: Ledger) -> AsyncIterator[Shell]:
    async with ledger.serving() as server:
        yield Shell(f"127.0.0.1:{server.port}", token())


async def test_changes_are_shown(ledger: Ledger, shell: Shell) -> None:
    with acting_as(Principal("service:process", on_behalf_of="olga")):
        await ledger.change("lyon/1", reason="typo")
    await ledger.change("lyon/2")
    shown = await shell.run("audit", "show", "--who", "olga")
    assert shown.code == 0
    assert "olga via service:process" in shown.out
    assert '{"n":1} > {"n":2}' in shown.out
    assert "typo" in shown.out
    assert "lyon/2" not in shown.out
    none = await shell.run("audit", "show", "--since", "2999-01-01T00:00:00+02:00")
    assert "no such change" in none.out
    bad = await shell.run("audit", "show", "--since", "yesterday")
    assert bad.code == 1
    assert "2026-05-04T14:00:00+02:00" in bad.err
    rows = (await shell.run("audit", "show", "--kind", "thing", "--json")).json
    assert [row["key"] for row in rows] == ["lyon/2", "lyon/1"]


async def test_a_verification_says_whole_or_names_the_row_and_fails(
    ledger: Ledger, shell: Shell
) -> None:
    first, second = in_one_chain(2)
    await ledger.change(first, second)
    await ledger.keeper().turn()
    whole = await shell.run("audit", "verify", "--all")
    assert whole.code == 0
    assert whole.out == (
        "works: whole; 2 rows under 1 seals, 0 rows not sealed yet\n"
        f"  public keys: {written(KEY.public)}\n"
    )
    ledger.tamper("UPDATE audit SET reason = 'x' WHERE seq = 2", "DELETE FROM audit WHERE seq = 1")
    broken = await shell.run("audit", "verify")
    assert broken.code == 1
    assert "works: 2 findings; 1 rows under 1 seals" in broken.out
    assert "row_missing: chain 0: row 1 is gone" in broken.out
    assert (
        f"row_edited: chain 0: row 2, thing {second} (id 2), is not what was sealed" in broken.out
    )
    assert "(tampered)" in broken.err
    found = (await shell.run("audit", "verify", "--json")).json["works"]["findings"]
    assert [(one["flaw"], one["seq"]) for one in found] == [
        ("row_missing", 1),
        ("row_edited", 2),
    ]


async def test_what_is_old_is_exported_pruned_and_still_proved(
    ledger: Ledger, shell: Shell
) -> None:
    await ledger.change(*in_one_chain(2))
    await ledger.keeper().turn()
    young = await shell.run("audit", "export", "--older-than", "1")
    assert "nothing is old enough that was not exported" in young.out
    [export] = (await shell.run("audit", "export", "--older-than", "0", "--json")).json["works"]
    assert (export["rows"], export["partition"]) == (2, 0)
    pruned = await shell.run("audit", "prune", "--older-than", "0", "--reason", "in the vault")
    assert (pruned.code, export["name"] in pruned.out) == (0, True)
    await ledger.keeper().turn()
    assert await ledger.archivist.prune() == 1
    whole = await shell.run("audit", "verify", "--all")
    assert whole.code == 0, whole.out
    assert "works: whole; 1 rows under 2 seals" in whole.out
    assert "2 rows in 1 exports" in whole.out
    assert "by olga" in whole.out
    ledger.archive.pieces(0)[0].path.unlink()
    broken = await shell.run("audit", "verify")
    assert broken.code == 1
    assert "export_missing: chain 0:" in broken.out
