"""A verification asked for piece by piece, and what it comes to, for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from plantmesh.ops.v1 import audit_pb2 as pb

_FLAW = "AUDIT_FLAW_"


@dataclass
class Verdict:
    """On all chains of a service, as far as this caller was told; `found` is of the whole run."""

    seals: int = 0
    rows: int = 0
    exports: int = 0
    exported_rows: int = 0
    unsealed_rows: int = 0
    unsealed_seconds: float = 0.0
    cuts: Sequence[str] = ()
    keys: Sequence[str] = ()
    findings: list[pb.AuditFinding] = field(default_factory=list)
    found: int = 0


async def verify(stub: Any, *, run: str, whole: bool) -> Verdict:
    """Ask the service until the run has ended; safe to repeat, and to go on with."""
    verdict, request = Verdict(), pb.VerifyAuditRequest(run=run, whole=whole)
    while True:
        answer: pb.VerifyAuditResponse = await stub.VerifyAudit(request)
        verdict.seals += answer.seals
        verdict.rows += answer.rows
        verdict.exports += answer.exports
        verdict.exported_rows += answer.exported_rows
        verdict.findings += answer.findings
        if not answer.HasField("next"):
            verdict.unsealed_rows = answer.unsealed_rows
            verdict.unsealed_seconds = answer.unsealed_seconds
            verdict.cuts, verdict.keys = answer.cuts, answer.keys
            verdict.found = answer.verdict.findings
            return verdict


def lines(service: str, verdict: Verdict) -> Iterator[str]:
    """What there is to say of a service, the verdict first."""
    found = f"{verdict.found} findings" if verdict.found else "whole"
    window = f"{verdict.unsealed_rows} rows not sealed yet"
    if verdict.unsealed_rows:
        window += f" (oldest {verdict.unsealed_seconds:.0f} s)"
    counted = f"{verdict.rows} rows under {verdict.seals} seals, {window}"
    if verdict.exports:
        counted += f"; {verdict.exported_rows} rows in {verdict.exports} exports"
    yield f"{service}: {found}; {counted}"
    yield from (f"  {cut}" for cut in verdict.cuts)
    if verdict.keys:
        yield f"  public keys: {' '.join(verdict.keys)}"
    for one in verdict.findings:
        chain = f"chain {one.partition}: " if one.partition >= 0 else ""
        yield f"  {flaw_name(one)}: {chain}{one.words}"
    if left := verdict.found - len(verdict.findings):
        yield f"  {left} more were told to whoever began this run"


def flaw_name(finding: pb.AuditFinding) -> str:
    """row_edited."""
    return pb.AuditFlaw.Name(finding.flaw).removeprefix(_FLAW).lower()
