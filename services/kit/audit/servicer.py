"""The audit's gRPC face, beside the desk in every service; see audit.proto."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import grpc
from plantmesh.ops.v1 import audit_pb2 as pb
from plantmesh.ops.v1.audit_pb2_grpc import AuditServiceServicer

from services.kit.access.policy import require_scope, visible_plants
from services.kit.audit import wire
from services.kit.audit.anchor import Anchor
from services.kit.audit.anchored import compare_anchors
from services.kit.audit.finding import Finding
from services.kit.audit.record import PARTITIONS
from services.kit.audit.retention import tell_cuts
from services.kit.audit.shelf import list_rows, unsealed
from services.kit.audit.verify import Verifier
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page

SCOPE = "operate"
AT_ONCE = 50
"""Seals a call: a second's work when every one of them is full."""
NEWEST = 1000
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


@dataclass(frozen=True)
class AuditServicer(AuditServiceServicer):
    """Shows and verifies the audit of one service.

    What changed of the kinds in `withheld` is shown to the scope named there only.
    """

    store: Store
    verifier: Verifier
    anchors: Sequence[Anchor]
    withheld: Mapping[str, str] = field(default_factory=dict)

    async def ListAuditRows(  # noqa: N802 - named by the proto
        self, request: pb.ListAuditRowsRequest, _: Context
    ) -> pb.ListAuditRowsResponse:
        """A page, newest first."""
        principal = require_scope(SCOPE)
        wanted = wire.read_filter(request, visible_plants(principal))
        page = read_page(request.page, Listing(f"audit {wanted}", (int,)))
        before = int(page.after[0]) if page.after else None
        async with self.store.work() as work:
            found = await list_rows(work, wanted, before=before, limit=page.limit)
        cut = page.cut(found, lambda row: (row.id,))
        hidden = {kind for kind, scope in self.withheld.items() if scope not in principal.scopes}
        return pb.ListAuditRowsResponse(
            rows=[wire.write_row(row, withheld=row.kind in hidden) for row in cut.rows],
            page=write_page(cut),
        )

    async def VerifyAudit(  # noqa: N802
        self, request: pb.VerifyAuditRequest, _: Context
    ) -> pb.VerifyAuditResponse:
        """A piece of one chain; at the end of the last one, the anchors too."""
        require_scope(SCOPE)
        partition = request.after.partition
        async with self.store.work() as work:
            after = request.after.seal
            if not (request.HasField("after") or request.whole):
                after = await self.verifier.newest(work, partition, NEWEST)
            part = await self.verifier.step(work, partition, after, AT_ONCE)
            answer = pb.VerifyAuditResponse(seals=part.seals, rows=part.rows)
            if not part.ended:
                answer.next.CopyFrom(pb.AuditPlace(partition=partition, seal=part.end.no))
            elif partition + 1 < PARTITIONS:
                following = partition + 1
                start = 0 if request.whole else await self.verifier.newest(work, following, NEWEST)
                answer.next.CopyFrom(pb.AuditPlace(partition=following, seal=start))
            else:
                answer.unsealed_rows, answer.unsealed_seconds = await unsealed(work)
                answer.cuts.extend(await tell_cuts(work))
        findings: list[Finding] = part.findings
        if not answer.HasField("next"):
            findings += await compare_anchors(self.store, self.anchors)
        answer.findings.extend(map(wire.write_finding, findings))
        return answer
