"""A verification piece by piece: the seals of each chain, its exports, the anchors at the end."""

from collections.abc import Sequence
from dataclasses import dataclass

from plantmesh.ops.v1 import audit_pb2 as pb

from services.kit.audit import wire
from services.kit.audit.anchor import Anchor
from services.kit.audit.anchored import compare_anchors
from services.kit.audit.archived import check_export, last_export
from services.kit.audit.archivist import Archivist
from services.kit.audit.record import PARTITIONS
from services.kit.audit.retention import tell_cuts
from services.kit.audit.shelf import unsealed
from services.kit.audit.verify import Verifier
from services.kit.store import Store

AT_ONCE = 50
"""Seals a call: a second's work when every one of them is full."""
NEWEST = 1000


@dataclass(frozen=True)
class Walk:
    """Over the audit of one service, with the archive where there is one."""

    store: Store
    verifier: Verifier
    anchors: Sequence[Anchor]
    archivist: Archivist | None = None

    async def step(self, request: pb.VerifyAuditRequest) -> pb.VerifyAuditResponse:
        """The piece that the request asks for, and where to go on."""
        if request.after.export:
            answer = await self._export(request)
        else:
            answer = await self._seals(request)
        if not answer.HasField("next"):
            async with self.store.work() as work:
                answer.unsealed_rows, answer.unsealed_seconds = await unsealed(work)
                answer.cuts.extend(await tell_cuts(work))
            answer.keys.extend(self.verifier.keys.publics)
            found = await compare_anchors(self.store, self.anchors)
            answer.findings.extend(map(wire.write_finding, found))
        return answer

    async def _seals(self, request: pb.VerifyAuditRequest) -> pb.VerifyAuditResponse:
        partition, after = request.after.partition, request.after.seal
        async with self.store.work() as work:
            if not (request.HasField("after") or request.whole):
                after = await self.verifier.newest(work, partition, NEWEST)
            part = await self.verifier.step(work, partition, after, AT_ONCE)
        answer = pb.VerifyAuditResponse(
            seals=part.seals, rows=part.rows, findings=map(wire.write_finding, part.findings)
        )
        if not part.ended:
            answer.next.CopyFrom(pb.AuditPlace(partition=partition, seal=part.end.no))
        elif self.archivist and (name := await last_export(self.archivist, partition)):
            answer.next.CopyFrom(pb.AuditPlace(partition=partition, export=name))
        else:
            await self._go_on(answer, request)
        return answer

    async def _export(self, request: pb.VerifyAuditRequest) -> pb.VerifyAuditResponse:
        answer = pb.VerifyAuditResponse()
        if self.archivist is not None:
            partition = request.after.partition
            proof, before = await check_export(self.archivist, partition, request.after.export)
            answer.exports, answer.exported_rows = 1, proof.rows
            answer.findings.extend(map(wire.write_finding, proof.findings))
            if request.whole and before:
                answer.next.CopyFrom(pb.AuditPlace(partition=partition, export=before))
                return answer
        await self._go_on(answer, request)
        return answer

    async def _go_on(self, answer: pb.VerifyAuditResponse, request: pb.VerifyAuditRequest) -> None:
        """With the next chain, if there is one."""
        following = request.after.partition + 1
        if following < PARTITIONS:
            async with self.store.work() as work:
                start = 0 if request.whole else await self.verifier.newest(work, following, NEWEST)
            answer.next.CopyFrom(pb.AuditPlace(partition=following, seal=start))
