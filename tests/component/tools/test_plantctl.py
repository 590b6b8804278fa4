"""plantctl as an operator runs it: a real process against a real desk on loopback."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from services.kit.rpc.server import RpcServer
from tests.component.kit.desk.conftest import database, server, works
from tests.component.kit.desk.works import Works, token
from tests.plantctl import Ended, plantctl
from tests.servers import IssuerServer
from tools.mesh.ports import free_port

__all__ = ["database", "server", "works"]
KEY = "lyon/4711"
PARKED = f"works:works/plantmesh.works/{KEY}"


@dataclass
class Shell:
    """Runs plantctl against `address`."""

    address: str
    bearer: str

    async def run(self, *words: str, typed: str = "") -> Ended:
        """One command, with `typed` as its standard input."""
        told = ("--address", f"works={self.address}", *words)
        return await plantctl(*told, typed=typed.encode(), PLANTMESH_TOKEN=self.bearer)


@pytest.fixture
async def shell(works: Works, server: RpcServer) -> Shell:
    """An operator's, with a refused posting and a refused event to look at."""
    works.refused.add("bad")
    await works.tell(KEY, "bad", "next")
    await works.post(KEY, "bad", "next", refuse=["bad"])
    return Shell(f"127.0.0.1:{server.port}", token())


async def test_posting_is_found_mended_rehearsed_and_replayed(works: Works, shell: Shell) -> None:
    [entry] = (await shell.run("lanes", "list", "--json")).json
    name = entry["name"]
    assert (entry["reference"], entry["code"], entry["behind"]) == ("bad", "closed", 1)
    table = await shell.run("lanes", "list")
    assert name in table.out
    assert "the period is closed" in table.out

    fixed = await shell.run("lanes", "fix", name, "--set", "topic=mended", "--reason", "typo")
    assert fixed.code == 0, fixed.err
    rehearsed = await shell.run("lanes", "replay", name, "--dry-run", "--reason", "look")
    assert "1 would be replayed" in rehearsed.out
    assert await works.rows("SELECT action FROM lane_audit") == [("fix",)]
    chosen = await shell.run("lanes", "replay", "--code", "closed", "--reason", "open", "--json")
    assert [entry["state"] for entry in chosen.json] == ["ready"]
    await works.carry()
    assert works.erp.journal == [(KEY, "bad"), (KEY, "next")]

    shown = (await shell.run("lanes", "show", name, "--json")).json
    assert shown["payload"]["topic"] == "mended"
    assert [change["who"] for change in shown["story"]["changes"]] == ["olga", "olga"]
    people = await shell.run("lanes", "show", name)
    assert "olga: fix, typo" in people.out


async def test_posting_is_replaced_from_standard_input_and_skipped(
    works: Works, shell: Shell
) -> None:
    [entry] = (await shell.run("lanes", "list", "--json")).json
    whole = '{"topic": "whole", "partition": 3}'
    words = "lanes", "fix", entry["name"], "--payload", "-", "--reason", "new"
    assert (await shell.run(*words, typed=whole)).code == 0
    skipped = await shell.run("lanes", "skip", entry["name"], "--reason", "obsolete", "--json")
    assert [each["state"] for each in skipped.json] == ["skipped"]
    await works.carry()
    assert works.erp.journal == [(KEY, "next")]


async def test_doubts_are_listed_and_closed(works: Works, shell: Shell) -> None:
    await works.doubt("bad", "D-1", "D-2")
    [entry] = (await shell.run("lanes", "list", "--in-doubt", "--json")).json
    assert entry["reference"] == "bad"
    assert "(open): D-1, D-2" in (await shell.run("lanes", "show", entry["name"])).out
    closed = await shell.run("lanes", "close-doubts", entry["name"], "--reason", "D-2 cancelled")
    assert closed.code == 0, closed.err
    shown = await shell.run("lanes", "show", entry["name"])
    assert "(closed): D-1, D-2" in shown.out
    assert "olga: close_doubts, D-2 cancelled" in shown.out
    assert not (await shell.run("lanes", "list", "--in-doubt", "--json")).json


async def test_dead_letter_is_shown_rehearsed_mended_and_replayed(
    works: Works, shell: Shell
) -> None:
    [key] = (await shell.run("dead-letters", "list", "--json")).json
    assert (key["name"], key["state"], key["waiting"]) == (PARKED, "dead", 2)
    shown = (await shell.run("dead-letters", "show", PARKED, "--json")).json
    assert [event["payload"]["topic"] for event in shown["events"]] == ["bad", "next"]
    rehearsed = await shell.run("dead-letters", "replay", PARKED, "--dry-run", "--reason", "look")
    assert "unknown_topic" in rehearsed.out
    words = "dead-letters", "fix", PARKED, "--set", "topic=mended", "--reason", "typo"
    assert (await shell.run(*words)).code == 0
    await works.consume()
    assert works.handled == ["mended", "next"]
    assert "nothing is parked" in (await shell.run("dead-letters", "list")).out


async def test_dead_letter_is_skipped(works: Works, shell: Shell) -> None:
    skipped = await shell.run("dead-letters", "skip", PARKED, "--reason", "obsolete", "--json")
    assert skipped.json[0]["waiting"] == 1
    await works.consume()
    assert works.handled == ["next"]


async def test_status_shows_what_waits(shell: Shell) -> None:
    people = await shell.run("status")
    assert people.code == 0
    assert "refused" in people.out
    [process] = (await shell.run("status", "--json")).json
    assert process["instance"] == "works-0"
    lanes = {flow["state"]: flow["depth"] for flow in process["flows"] if flow["kind"] == "lane"}
    assert lanes == {"refused": 1, "behind": 1}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lanes", "show", "works:999999"), "no lane entry 999999"),
        (("lanes", "show", "works"), "names no posting"),
        (("lanes", "show", "erp:1"), "no service erp at hand"),
        (("lanes", "replay", "--reason", "all"), "say which postings"),
        (("lanes", "fix", "works:1", "--set", "nobody.knows=1", "--reason", "x"), "nobody.knows"),
        (("lanes", "fix", "works:1", "--set", "topic=", "--reason", "x"), "payload.topic"),
        (("dead-letters", "show", "works:works"), "names no parked key"),
        (("dead-letters", "skip", f"{PARKED}0", "--reason", "x"), "is not parked"),
    ],
)
async def test_what_is_refused_exits_1_and_says_why(
    works: Works, shell: Shell, words: tuple[str, ...], said: str
) -> None:
    ended = await shell.run(*words)
    assert (ended.code, ended.out) == (1, "")
    assert said in ended.err
    assert await works.rows("SELECT count(*) FROM lane_audit") == [(0,)]


async def test_stranger_is_refused(shell: Shell) -> None:
    shell.bearer = token(scope="mes:read")
    for words in (("lanes", "list"), ("dead-letters", "list"), ("status",)):
        ended = await shell.run(*words)
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.count("scope_required") == 1


async def test_service_that_is_away_exits_2_and_the_others_are_shown(shell: Shell) -> None:
    away = f"127.0.0.1:{free_port()}"
    ended = await shell.run("--address", f"erp={away}", "lanes", "list", "--json")
    assert ended.code == 2
    assert [entry["reference"] for entry in ended.json] == ["bad"]
    assert "erp: " in ended.err
    assert (await shell.run("--address", f"erp={away}", "status", "--json")).code == 2
    people = await shell.run("--address", f"erp={away}", "status")
    rows = [line.split()[:3] for line in people.out.splitlines()]
    assert ["erp", "process", "away"] in rows
    assert "process: docs/runbooks/process-down.md" in people.out
    assert "lane: docs/runbooks/posting-refused.md" in people.out


async def test_misspelt_command_exits_64(shell: Shell) -> None:
    assert (await shell.run("lanes", "lst")).code == 64
    assert (await shell.run("lanes", "skip", "works:1")).code == 64


async def test_token_is_the_development_issuers(issuer: IssuerServer, shell: Shell) -> None:
    root = str(issuer.root)
    ended = await shell.run("--root", root, "token", "--user", "viewer")
    assert (ended.code, ended.out.count(".")) == (0, 2)
    assert (await shell.run("--root", root, "token", "--user", "nobody")).code == 1


async def test_without_a_mesh_the_way_out_is_said(tmp_path: Path, shell: Shell) -> None:
    ended = await plantctl("--root", str(tmp_path), "status")
    assert ended.code == 2
    assert "make up" in ended.err
