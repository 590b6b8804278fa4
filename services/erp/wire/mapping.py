"""Diffs of mapping again, and how fresh sources are."""

from collections.abc import Sequence
from datetime import UTC, datetime

from plantmesh.erp.v1 import mapping_pb2, sources_pb2

from services.erp.domain.mapping_diff import DocumentChange, Outcome, Review, Scope
from services.erp.domain.source import Source
from services.kit.errors import InvalidError
from services.kit.wire import write_moment


def read_scope(request: mapping_pb2.DiffMappingRequest) -> Scope:
    """Raises InvalidError naming `since`."""
    try:
        since: datetime = request.since.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidError(
            "the timestamp is out of range", code="bad_time", field="since"
        ) from error
    return Scope(request.system, since, request.with_drafts)


def write_review(review: Review) -> mapping_pb2.MappingDiff:
    """Who looked at it, and who applied it."""
    return mapping_pb2.MappingDiff(
        digest=review.digest,
        system=review.scope.system,
        since=write_moment(review.scope.since),
        with_drafts=review.scope.with_drafts,
        compared=review.compared,
        changed=review.changed,
        refused=review.refused,
        state=mapping_pb2.DiffState.Value(f"DIFF_STATE_{review.state.name}"),
        reviewed_by=review.reviewed_by,
        reviewed_at=write_moment(review.reviewed_at),
        applied_by=review.applied_by,
        applied_at=write_moment(review.applied_at),
        ended_at=write_moment(review.ended_at),
    )


def write_change(change: DocumentChange, outcome: Outcome) -> mapping_pb2.MappingChange:
    """A document, field by field."""
    return mapping_pb2.MappingChange(
        document=change.document,
        fields=[
            mapping_pb2.FieldChange(field=one.field, old=one.old, new=one.new)
            for one in change.fields
        ],
        refusal=change.refusal,
        outcome=mapping_pb2.ChangeOutcome.Value(f"CHANGE_OUTCOME_{outcome.name}"),
    )


def write_sources(sources: Sequence[Source]) -> list[sources_pb2.Source]:
    """When each was heard, and how late its news came."""
    return [
        sources_pb2.Source(
            system=one.system,
            state=_state(one),
            interval_seconds=one.interval_seconds,
            tried_at=write_moment(one.tried_at),
            heard_at=write_moment(one.heard_at),
            changed_at=write_moment(one.changed_at),
            received_at=write_moment(one.received_at),
            silent_seconds=one.silent_seconds,
            lag_seconds=one.lag_seconds,
            reason=one.reason or "",
            not_read=[
                sources_pb2.NotRead(kind=kind, reason=reason)
                for kind, reason in sorted(one.not_read.items())
            ],
        )
        for one in sources
    ]


def _state(source: Source) -> sources_pb2.SourceState.ValueType:
    if not source.enabled:
        return sources_pb2.SOURCE_STATE_DISABLED
    return sources_pb2.SOURCE_STATE_STALE if source.stale else sources_pb2.SOURCE_STATE_FRESH
