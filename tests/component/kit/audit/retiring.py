"""Steps of retention, and what is left of the rows in the database and in files."""

import gzip
from datetime import timedelta
from pathlib import Path

import msgspec
from plantmesh.ops.v1 import audit_pb2 as pb

from services.kit.audit.export import Kept, Line
from services.kit.audit.keys import Keyring
from services.kit.audit.schedule import Schedule
from services.kit.audit.verify import Verifier
from services.kit.audit.walk import Walk
from tests.component.kit.audit.ledger import KEY, Ledger

NOW = timedelta(0)


async def retire(ledger: Ledger, kept: timedelta = NOW) -> None:
    """A turn of the schedule, the seal of what it announced, and the turn that prunes."""
    schedule = Schedule(ledger.archivist, kept, every=NOW)
    await schedule.turn()
    await ledger.keeper().turn()
    await Schedule(ledger.archivist, None).turn()


async def walk(ledger: Ledger, *, whole: bool = True) -> list[pb.VerifyAuditResponse]:
    """As `plantctl audit verify` does."""
    verifier = Verifier("works", Keyring([KEY.public]))
    steps = Walk(ledger.store, verifier, ledger.anchors, ledger.archivist)
    answers, request = list[pb.VerifyAuditResponse](), pb.VerifyAuditRequest(whole=whole)
    while not answers or answers[-1].HasField("next"):
        answers.append(await steps.step(request))
        request.after.CopyFrom(answers[-1].next)
    return answers


async def flaws(ledger: Ledger) -> list[str]:
    """What it finds."""
    found = [one.flaw for answer in await walk(ledger) for one in answer.findings]
    return [pb.AuditFlaw.Name(one).removeprefix("AUDIT_FLAW_").lower() for one in found]


def files(ledger: Ledger) -> list[Path]:
    """Of the first chain."""
    return [one.path for one in ledger.archive.pieces(0)]


def exported(ledger: Ledger) -> list[int]:
    """The places of the rows in them."""
    found: list[int] = []
    for path in files(ledger):
        with gzip.open(path) as file:
            lines = [msgspec.json.decode(line, type=Line) for line in file]
        things = [one for one in lines if isinstance(one, Kept) and one.kind == "thing"]
        found += [one.seq for one in things]
    return found


async def places(ledger: Ledger) -> list[int]:
    """Of the things that are in the database still."""
    rows = await ledger.rows("SELECT seq FROM audit WHERE kind = 'thing' ORDER BY seq")
    return [seq for (seq,) in rows]
