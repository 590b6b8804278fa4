"""The audit over gRPC: pages, plants, and a verification piece by piece."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.ops.v1 import audit_pb2 as pb
from plantmesh.ops.v1.audit_pb2_grpc import AuditServiceStub

from services.kit.access.principal import Principal, acting_as
from services.kit.audit import walk
from services.kit.audit.watch import Watch
from services.kit.errors import ConflictError, DeniedError
from services.kit.rpc.client import Peer
from tests.component.kit.audit.ledger import Ledger, in_one_chain
from tests.component.kit.desk.works import token
from tests.component.kit.rpc.desk import Given
from tools.auditor.verdict import verify


@asynccontextmanager
async def asking(ledger: Ledger, **claims: Any) -> AsyncIterator[AuditServiceStub]:
    async with ledger.serving() as server:
        peer = Peer(f"127.0.0.1:{server.port}", Given(token(**claims)))
        try:
            yield AuditServiceStub(peer.channel)
        finally:
            await peer.close()


async def test_rows_are_listed_newest_first_page_by_page(ledger: Ledger) -> None:
    await ledger.change("lyon/1", "lyon/2", "graz/3")
    await ledger.sealer().seal()
    with acting_as(Principal("olga")):
        await ledger.change("lyon/2")
    request = pb.ListAuditRowsRequest(page=PageRequest(size=3))
    async with asking(ledger) as stub:
        first = await stub.ListAuditRows(request)
        request.page.cursor = first.page.end_cursor
        second = await stub.ListAuditRows(request)
        by_key = await stub.ListAuditRows(pb.ListAuditRowsRequest(kind="thing", key="lyon/2"))
        by_who = await stub.ListAuditRows(pb.ListAuditRowsRequest(who="olga"))
        late = Timestamp(seconds=by_who.rows[0].at.seconds + 60)
        after = await stub.ListAuditRows(pb.ListAuditRowsRequest(since=late))
        before = await stub.ListAuditRows(pb.ListAuditRowsRequest(until=late))
    assert [(row.key, row.seq > 0) for row in first.rows] == [
        ("lyon/2", False),
        ("graz/3", True),
        ("lyon/2", True),
    ]
    assert [row.key for row in second.rows] == ["lyon/1"]
    assert not second.page.has_more
    assert [row.who for row in by_key.rows] == ["olga", "service:works"]
    assert [row.key for row in by_who.rows] == ["lyon/2"]
    assert not after.rows
    assert len(before.rows) == 4


async def test_an_operator_of_one_plant_sees_its_rows_only(ledger: Ledger) -> None:
    await ledger.change("lyon/1", "graz/3", "item-7")
    async with asking(ledger, plants=["lyon"]) as stub:
        answer = await stub.ListAuditRows(pb.ListAuditRowsRequest())
    assert [row.key for row in answer.rows] == ["lyon/1"]


async def test_who_does_not_operate_sees_nothing(ledger: Ledger) -> None:
    async with asking(ledger, scope="works:read") as stub:
        with pytest.raises(DeniedError):
            await stub.ListAuditRows(pb.ListAuditRowsRequest())
        with pytest.raises(DeniedError):
            await stub.VerifyAudit(pb.VerifyAuditRequest())


async def test_what_a_caller_may_not_know_is_withheld_and_said_so(ledger: Ledger) -> None:
    ledger.withheld["thing"] = "works:costs"
    await ledger.change("lyon/1")
    async with asking(ledger) as stub:
        [hidden] = (await stub.ListAuditRows(pb.ListAuditRowsRequest())).rows
    assert (hidden.withheld, hidden.HasField("old"), hidden.new) == (True, False, "")
    assert hidden.key == "lyon/1"
    async with asking(ledger, scope="operate works:costs") as stub:
        [shown] = (await stub.ListAuditRows(pb.ListAuditRowsRequest())).rows
    assert (shown.withheld, shown.old, shown.new) == (False, '{"n":1}', '{"n":2}')


@pytest.mark.parametrize("whole", [True, False])
async def test_a_verification_ends_and_finds_the_same_in_pieces(
    ledger: Ledger, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "AT_ONCE", 2)
    monkeypatch.setattr(walk, "NEWEST", 3)
    for key in in_one_chain(5):
        await ledger.change(key, "graz/2")
        await ledger.keeper().turn()
    await ledger.change("graz/1")
    ledger.tamper(
        "UPDATE audit SET who = 'mallory' WHERE partition = 0 AND seq = 5",
        "DELETE FROM audit WHERE partition = 0 AND seq = 1",
    )
    answers: list[pb.VerifyAuditResponse] = []
    request = pb.VerifyAuditRequest(whole=whole)
    async with asking(ledger) as stub:
        while not answers or answers[-1].HasField("next"):
            answers.append(await stub.VerifyAudit(request))
            request.after.CopyFrom(answers[-1].next)
    found = [(one.flaw, one.seq) for answer in answers for one in answer.findings]
    missing = [(pb.AUDIT_FLAW_ROW_MISSING, 1)] if whole else []
    assert found == [*missing, (pb.AUDIT_FLAW_ROW_EDITED, 5)]
    assert sum(answer.seals for answer in answers) == (10 if whole else 6)
    assert answers[-1].unsealed_rows == 1
    assert answers[-1].unsealed_seconds > 0


async def test_a_named_verification_goes_on_where_it_was_and_is_remembered(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "AT_ONCE", 2)
    watch = Watch(ledger.store, hours=1)
    await watch.look()
    assert (list(watch.ages()), list(watch.found())) == ([], [(0, {})]), "nothing is sealed yet"
    for key in in_one_chain(5):
        await ledger.change(key)
        await ledger.keeper().turn()
    ledger.tamper("UPDATE audit SET who = 'mallory' WHERE partition = 0 AND seq = 1")
    request = pb.VerifyAuditRequest(run="night", whole=True)
    # Each caller dies after a piece; the right to verify is all that they have.
    for said in (1, 1, 1):
        async with asking(ledger, scope="audit:verify") as stub:
            with pytest.raises(DeniedError):
                await stub.ListAuditRows(pb.ListAuditRowsRequest())
            answer = await stub.VerifyAudit(request)
            assert answer.verdict.findings == said
            assert not answer.verdict.HasField("ended_at")
    await watch.look()
    assert list(watch.found()) == [(1, {})], "what is found counts before the run has ended"
    assert [limit for limit, _ in watch.limits()] == [3600]
    async with asking(ledger) as stub:
        found = await verify(stub, run="night", whole=True)
        assert (found.found, found.findings) == (1, [])
        again = await stub.VerifyAudit(request)
        assert (again.verdict.seals, again.verdict.rows) == (5, 5), "no piece twice, none left out"
        assert again.verdict.HasField("ended_at")
        with pytest.raises(ConflictError) as refused:
            await stub.VerifyAudit(pb.VerifyAuditRequest(run="night"))
        assert (refused.value.code, refused.value.field) == ("other_run", "whole")
    ledger.tamper("UPDATE audit SET who = 'service:works' WHERE partition = 0 AND seq = 1")
    async with asking(ledger) as stub:
        assert not (await verify(stub, run="next night", whole=True)).found
    await watch.look()
    [(age, _)] = watch.ages()
    assert (list(watch.found()), 0 <= age < 60) == ([(0, {})], True)


async def test_of_two_who_go_on_with_a_verification_one_is_told_so(ledger: Ledger) -> None:
    await ledger.change("lyon/1")
    await ledger.keeper().turn()
    request = pb.VerifyAuditRequest(run="night", whole=True)
    async with asking(ledger) as one, asking(ledger) as other:
        tries = (stub.VerifyAudit(request) for stub in (one, other))
        answers = await asyncio.gather(*tries, return_exceptions=True)
        assert {getattr(one, "code", "") for one in answers} <= {"", "run_moved"}
        assert (await verify(one, run="night", whole=True)).found == 0
        assert (await one.VerifyAudit(request)).verdict.seals == 1, "a piece counts once"
