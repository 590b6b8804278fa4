"""The audit's gRPC face, beside the desk in every service; see audit.proto."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

import grpc
from plantmesh.ops.v1 import audit_pb2 as pb
from plantmesh.ops.v1.audit_pb2_grpc import AuditServiceServicer

from services.kit import commands, signals
from services.kit.access.policy import require_any_scope, require_scope, visible_plants
from services.kit.access.principal import EVERY_PLANT, Principal
from services.kit.audit import rounds, wire
from services.kit.audit.anchor import Anchor
from services.kit.audit.archivist import Archivist
from services.kit.audit.shelf import list_rows
from services.kit.audit.verify import Verifier
from services.kit.audit.walk import Walk
from services.kit.errors import ConflictError, DeniedError
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page

SCOPE, VERIFY = "operate", "audit:verify"
FILES = 1
"""Written by one call: a full one is some seconds' work."""
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
_verified = signals.counter("plantmesh.audit.verified")
_findings = signals.counter("plantmesh.audit.findings")


@dataclass(frozen=True)
class AuditServicer(AuditServiceServicer):
    """Shows, verifies, exports and prunes the audit of one service.

    What changed of the kinds in `withheld` is shown to the scope named there only.
    """

    store: Store
    verifier: Verifier
    anchors: Sequence[Anchor]
    withheld: Mapping[str, str] = field(default_factory=dict)
    archivist: Archivist | None = None

    def __post_init__(self) -> None:
        """Show 0 from the start: of a counter that begins at 1, no query sees an increase."""
        _findings.add(0)

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
        """A piece of one chain or an export; at the end of the last one, the anchors too."""
        require_any_scope(SCOPE, VERIFY)
        walk = Walk(self.store, self.verifier, self.anchors, self.archivist)
        answer = await (
            rounds.step(self.store, walk, request) if request.run else walk.step(request)
        )
        _verified.add(answer.rows + answer.exported_rows)
        _findings.add(len(answer.findings))
        return answer

    async def ExportAudit(  # noqa: N802
        self, request: pb.ExportAuditRequest, _: Context
    ) -> pb.ExportAuditResponse:
        """Some files of what is old enough."""
        _require_everything()
        kept = timedelta(days=request.kept_days)
        proofs = await self._archivist().export(kept, most=FILES)
        return pb.ExportAuditResponse(
            exports=map(wire.write_export, proofs), more=len(proofs) == FILES
        )

    async def PruneAudit(  # noqa: N802
        self, request: pb.PruneAuditRequest, _: Context
    ) -> pb.PruneAuditResponse:
        """Announce what goes; a repeated command gets its first answer."""
        principal, archivist = _require_everything(), self._archivist()
        cuts = await archivist.cuts(timedelta(days=request.kept_days))

        async def effect() -> pb.PruneAuditResponse:
            return pb.PruneAuditResponse(exports=await archivist.announce(cuts, request.reason))

        name, key = request.DESCRIPTOR.full_name, request.idempotency_key
        return await commands.once(self.store, principal, name, key, request, effect)

    def _archivist(self) -> Archivist:
        if self.archivist is None:
            raise ConflictError(
                "this service has no archive",
                code="no_archive",
                hint="set PLANTMESH_AUDIT_ARCHIVE to a folder on other storage",
            )
        return self.archivist


def _require_everything() -> Principal:
    """A chain holds the rows of every plant."""
    principal = require_scope(SCOPE)
    if EVERY_PLANT not in principal.plants:
        raise DeniedError(
            "a chain holds every plant's rows",
            code="foreign_plant",
            hint="only who operates all plants exports or prunes them",
        )
    return principal
