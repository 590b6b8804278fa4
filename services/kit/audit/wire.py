"""Between audit rows or findings and their messages."""

from collections.abc import Collection
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.ops.v1 import audit_pb2 as pb

from services.kit.audit.export import Proof
from services.kit.audit.finding import Finding
from services.kit.audit.shelf import AuditRow, Filter
from services.kit.errors import InvalidError
from services.kit.wire import write_moment


def read_filter(request: pb.ListAuditRowsRequest, plants: Collection[str] | None) -> Filter:
    """What is asked for, narrowed to `plants`; raises InvalidError on a time out of range."""
    return Filter(
        kind=request.kind or None,
        key=request.key or None,
        who=request.who or None,
        since=_moment(request.since, "since") if request.HasField("since") else None,
        until=_moment(request.until, "until") if request.HasField("until") else None,
        plants=None if plants is None else tuple(sorted(plants)),
    )


def write_row(row: AuditRow, *, withheld: bool) -> pb.AuditRow:
    """A change; without what it changed if that is `withheld`."""
    return pb.AuditRow(
        id=row.id,
        partition=row.partition,
        seq=row.seq,
        at=write_moment(row.at),
        who=row.who,
        via=row.via,
        kind=row.kind,
        key=row.key,
        old=None if withheld else row.old,
        new=None if withheld else row.new,
        withheld=withheld,
        reason=row.reason,
        service=row.service,
        method=row.method,
        schema_version=row.schema_version,
        mapping_version=row.mapping_version,
        correlation=row.correlation,
    )


def write_finding(finding: Finding) -> pb.AuditFinding:
    """What was found."""
    return pb.AuditFinding(
        flaw=pb.AuditFlaw.Value(f"AUDIT_FLAW_{finding.flaw.name}"),
        partition=finding.partition,
        seal=finding.seal,
        seq=finding.seq,
        row=finding.row,
        words=finding.words,
    )


def write_export(proof: Proof) -> pb.AuditExport:
    """A file of the archive."""
    return pb.AuditExport(
        name=proof.name,
        partition=proof.end.partition,
        first_seal=proof.after.no + 1,
        last_seal=proof.end.no,
        rows=proof.rows,
        sha256=proof.digest,
    )


def _moment(stamp: Timestamp, field: str) -> datetime:
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError("out of range", code="bad_time", field=field) from error
