"""Verifications that have a name: they go on where they were, and what they found is remembered.

Whoever asks again under the name, after any death on either side, gets the next piece; a caller
cannot leave one out. What the newest of them found is shown as a metric, whichever process lives.
"""

from dataclasses import dataclass
from datetime import datetime

from plantmesh.ops.v1 import audit_pb2 as pb

from services.kit.audit.walk import Walk
from services.kit.errors import ConflictError
from services.kit.store import Store, Work
from services.kit.wire import write_moment

_COLUMNS = "name, whole, place, seals, rows, findings, began_at, ended_at"


@dataclass(frozen=True, slots=True)
class Run:
    """One verification; `place` is where it goes on, the bytes of an AuditPlace."""

    name: str
    whole: bool
    place: bytes
    seals: int
    rows: int
    findings: int
    began_at: datetime
    ended_at: datetime | None


async def step(store: Store, walk: Walk, request: pb.VerifyAuditRequest) -> pb.VerifyAuditResponse:
    """The next piece of the run that is named; of one that has ended, what it found.

    Raises ConflictError when it was begun otherwise, or somebody else takes it on.
    """
    async with store.work() as work:
        run = await _open(work, request.run, whole=request.whole)
    if run.whole != request.whole:
        raise ConflictError(
            f"{run.name} was begun otherwise", code="other_run", field="whole", hint="name another"
        )
    if run.ended_at is not None:
        return pb.VerifyAuditResponse(verdict=_verdict(run))
    asked = pb.VerifyAuditRequest(whole=run.whole)
    if run.place:
        asked.after.ParseFromString(run.place)
    answer = await walk.step(asked)
    async with store.work() as work:
        run = await _move(work, run, answer)
    answer.verdict.CopyFrom(_verdict(run))
    return answer


async def newest(work: Work) -> tuple[float | None, int]:
    """Seconds since the last run ended, and what the newest ones have found.

    Where none has ended, since the first seal; None where nothing is sealed.
    """
    [(age, findings)] = await work.sql(
        "SELECT extract(epoch FROM clock_timestamp() - coalesce((SELECT max(ended_at)"
        "  FROM audit_run), (SELECT min(sealed_at) FROM audit_seal)))::float8,"
        " (SELECT coalesce(max(findings), 0) FROM audit_run WHERE began_at >= coalesce((SELECT"
        "  max(began_at) FROM audit_run WHERE ended_at IS NOT NULL), '-infinity'))"
    )
    return age, findings


async def _open(work: Work, name: str, *, whole: bool) -> Run:
    await work.sql(
        "INSERT INTO audit_run (name, whole) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING 1",
        (name, whole),
    )
    [row] = await work.sql(f"SELECT {_COLUMNS} FROM audit_run WHERE name = %s", (name,))
    return Run(*row)


async def _move(work: Work, run: Run, answer: pb.VerifyAuditResponse) -> Run:
    """Past this piece, if it is still there."""
    ended = not answer.HasField("next")
    rows = await work.sql(
        "UPDATE audit_run SET place = %s, seals = seals + %s, rows = rows + %s,"
        " findings = findings + %s, ended_at = CASE WHEN %s THEN clock_timestamp() END"
        f" WHERE name = %s AND place = %s AND ended_at IS NULL RETURNING {_COLUMNS}",
        (
            answer.next.SerializeToString(deterministic=True),
            answer.seals,
            answer.rows + answer.exported_rows,
            len(answer.findings),
            ended,
            run.name,
            run.place,
        ),
    )
    if not rows:
        raise ConflictError(
            f"somebody else goes on with {run.name}",
            code="run_moved",
            field="run",
            hint="ask again",
        )
    return Run(*rows[0])


def _verdict(run: Run) -> pb.AuditVerdict:
    return pb.AuditVerdict(
        seals=run.seals,
        rows=run.rows,
        findings=run.findings,
        began_at=write_moment(run.began_at),
        ended_at=write_moment(run.ended_at),
    )
