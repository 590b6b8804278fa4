"""The calls about codes: two people, versions, dates, what waits, in pages, and who may."""

from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1.page_pb2 import PageRequest
from plantmesh.reference.v1 import codes_pb2
from plantmesh.reference.v1 import reference_pb2 as pb

from services.kit.errors import ConflictError, DeniedError, InvalidError
from services.kit.wire import write_moment
from tests.component.reference.conftest import SCOPES, Library, token
from tests.component.reference.messages import approve, code, mapping, plant, put, resolve
from tests.unit.reference.examples import NOON

BOB = token(of="bob")


def draft(*mappings: pb.CodeMapping, key: str = "d-1") -> codes_pb2.DraftCodesRequest:
    """The steward's command."""
    return codes_pb2.DraftCodesRequest(idempotency_key=key, mappings=mappings)


def retire(one: pb.Code, version: int, key: str = "t-1", **until: Any) -> Any:
    """The command that ends it."""
    named = codes_pb2.CodeVersion(code=one, mapping_version=version)
    return codes_pb2.RetireCodesRequest(idempotency_key=key, versions=[named], **until)


def report(round: str, *keys: str, last: bool = True, **change: Any) -> Any:
    """Orders that wait for a unit of erp-1."""
    documents = [
        codes_pb2.WaitingDocument(
            **{
                "code": code("PC", "lyon"),
                "direction": pb.CODE_DIRECTION_IN,
                "kind": "production_order",
                "key": key,
                "since": write_moment(NOON),
                "at": write_moment(NOON),
                **change,
            }
        )
        for key in keys
    ]
    return codes_pb2.ReportWaitingRequest(
        system="erp-1", round=round, documents=documents, last=last
    )


async def say(library: Library, *mappings: pb.CodeMapping, key: str = "s-1") -> list[Any]:
    """Drafted by alice, approved by bob."""
    async with library.mapping() as codes, library.calling(BOB) as reference:
        await codes.DraftCodes(draft(*mappings, key=key))
        return list((await reference.ApproveCodes(approve(*mappings, key=key))).mappings)


async def test_one_drafts_and_another_approves(library: Library) -> None:
    async with library.calling() as alice, library.calling(BOB) as bob:
        async with library.mapping() as codes:
            await alice.PutMasterData(put(plants=[plant()]))
            for _ in range(2):
                answer = await alice.ResolveCodes(resolve(code("ST", "lyon")))
                assert ([*answer.mappings], [*answer.unmapped]) == ([], [code("ST", "lyon")])
            outward = resolve(code("LTR", "lyon"), direction=pb.CODE_DIRECTION_OUT)
            assert len((await alice.ResolveCodes(outward)).unmapped) == 1
            waiting = (await alice.ListUnmappedCodes(pb.ListUnmappedCodesRequest())).codes
            assert [(one.code.code, one.seen, one.direction, one.owner) for one in waiting] == [
                ("ST", 2, pb.CODE_DIRECTION_IN, "master-data"),
                ("LTR", 1, pb.CODE_DIRECTION_OUT, "master-data"),
            ]
            said = [mapping("ST", "H87"), mapping("L", "LTR")]
            drafts = (await codes.DraftCodes(draft(*said))).mappings
            assert [(one.status, one.steward, one.mapping_version) for one in drafts] == [
                (pb.CODE_STATUS_DRAFT, "alice", 1)
            ] * 2
            before = await library.rows()
            for claim in (said, drafts):
                # Naming somebody else in the request helps nobody: the token says who asks.
                with pytest.raises(DeniedError) as refused:
                    await alice.ApproveCodes(
                        approve(*(_signed(one, "carol") for one in claim), key="a-0")
                    )
                assert (refused.value.code, refused.value.field) == (
                    "second_person_required",
                    "mappings[0].approver",
                )
            assert await library.rows() == before
            request = approve(*said)
            approved = await bob.ApproveCodes(request)
            assert await bob.ApproveCodes(request) == approved
            assert [(one.status, one.approver) for one in approved.mappings] == [
                (pb.CODE_STATUS_APPROVED, "bob")
            ] * 2
        answer = await alice.ResolveCodes(resolve(code("ST", "lyon")))
        assert (answer.mappings[0].canonical, answer.mappings[0].mapping_version) == ("H87", 1)
        assert (await alice.ResolveCodes(outward)).mappings[0].code.code == "L"
        assert not (await alice.ListUnmappedCodes(pb.ListUnmappedCodesRequest())).codes
    assert await library.told() == [
        "*/code/uom/erp-1/L CodeDrafted",
        "*/code/uom/erp-1/L CodeMapped",
        "*/code/uom/erp-1/ST CodeDrafted",
        "*/code/uom/erp-1/ST CodeMapped",
        "lyon/plant PlantChanged",
        "lyon/unmapped/in/uom/erp-1/ST CodeUnmapped",
        "lyon/unmapped/out/uom/erp-1/LTR CodeUnmapped",
    ]


async def test_a_date_decides_which_version_answers(library: Library) -> None:
    await say(library, mapping("ST", "H87"))
    later = NOON + timedelta(days=10)
    [new] = await say(
        library, mapping("ST", "EA", valid_from=write_moment(later), replaces=1), key="s-2"
    )
    assert new.mapping_version == 2
    async with library.calling() as reference, library.mapping() as codes:

        async def meaning(at: Timestamp) -> tuple[str, int]:
            request = resolve(code("ST"))
            request.at.CopyFrom(at)
            [found] = (await reference.ResolveCodes(request)).mappings
            return found.canonical, found.mapping_version

        assert await meaning(write_moment(later - timedelta(microseconds=1))) == ("H87", 1)
        assert await meaning(write_moment(later)) == ("EA", 2)
        stored = await codes.BatchGetCodes(codes_pb2.BatchGetCodesRequest(codes=[code("ST")]))
        assert [(one.status, one.valid_to.seconds) for one in stored.mappings] == [
            (pb.CODE_STATUS_RETIRED, int(later.timestamp())),
            (pb.CODE_STATUS_APPROVED, 0),
        ]
        ended = await codes.RetireCodes(
            retire(code("ST"), 2, until=write_moment(later + timedelta(days=1)))
        )
        assert ended.mappings[0].status == pb.CODE_STATUS_RETIRED
        with pytest.raises(ConflictError) as refused:
            await codes.RetireCodes(retire(code("ST"), 2, key="t-2"))
        assert refused.value.field == "versions[0].mapping_version"
    changes = await library.ask(
        "SELECT split_part(key, '/', 5), old->>'status', new->>'status', who FROM audit_unsealed"
        " WHERE kind = 'code_map' ORDER BY id"
    )
    assert changes == [
        ("1", None, "draft", "alice"),
        ("1", "draft", "approved", "bob"),
        ("2", None, "draft", "alice"),
        ("1", "approved", "retired", "bob"),
        ("2", "draft", "approved", "bob"),
        ("2", "approved", "retired", "alice"),
    ]


async def test_versions_are_listed_in_pages_by_system_and_status(library: Library) -> None:
    await say(library, *(mapping(f"U{n}") for n in range(4)))
    async with library.mapping() as codes:
        await codes.DraftCodes(draft(mapping("U1", "GRM")))
        found, cursor, more = [], "", True
        while more:
            page = PageRequest(size=2, cursor=cursor)
            answer = await codes.ListCodes(codes_pb2.ListCodesRequest(page=page, system="erp-1"))
            found += [(one.code.code, one.mapping_version) for one in answer.mappings]
            cursor, more = answer.page.end_cursor, answer.page.has_more
        assert found == [("U0", 1), ("U1", 1), ("U1", 2), ("U2", 1), ("U3", 1)]
        drafts = codes_pb2.ListCodesRequest(status=pb.CODE_STATUS_DRAFT)
        assert [one.canonical for one in (await codes.ListCodes(drafts)).mappings] == ["GRM"]
        nowhere = codes_pb2.ListCodesRequest(system="erp-2")
        assert not (await codes.ListCodes(nowhere)).mappings


async def test_what_waits_is_told_shown_in_pages_and_let_go(library: Library) -> None:
    keys = [f"lyon/{n}" for n in range(7)]
    async with library.mapping(token(of="service:erp")) as codes:
        for _ in range(2):
            answer = await codes.ReportWaiting(report("r-1", *keys))
            assert answer.waiting == 7
        [entry] = (await codes.ListWaitingCodes(codes_pb2.ListWaitingCodesRequest())).codes
        assert (entry.code.seen, entry.documents, entry.code.owner) == (7, 7, "master-data")
        assert [(one.kind, one.key) for one in entry.first] == [
            ("production_order", key) for key in keys[:5]
        ]
        assert entry.first[0].since == write_moment(NOON)
        request = codes_pb2.ListWaitingDocumentsRequest(
            code=code("PC", "lyon"), page=PageRequest(size=5)
        )
        first = await codes.ListWaitingDocuments(request)
        request.page.cursor = first.page.end_cursor
        rest = await codes.ListWaitingDocuments(request)
        assert [one.key for one in (*first.documents, *rest.documents)] == keys
        with pytest.raises(InvalidError) as refused:
            await codes.ReportWaiting(report("r-2", "x", code=code("PC", domain="taste")))
        assert refused.value.field == "documents[0].code.domain"
        request = report("r-2", "x")
        request.system = "erp-2"
        with pytest.raises(InvalidError) as refused:
            await codes.ReportWaiting(request)
        assert refused.value.field == "documents[0].code.system"
        await say(library, mapping("PC", "H87"))
        assert not (await codes.ListWaitingCodes(codes_pb2.ListWaitingCodesRequest())).codes


@pytest.mark.parametrize(
    ("minted", "code_"),
    [(token("reference:read"), "scope_required"), (token(SCOPES, "lyon"), "foreign_plant")],
)
async def test_who_may_not_changes_nothing(library: Library, minted: str, code_: str) -> None:
    await say(library, mapping())
    before = await library.rows()
    async with library.mapping(minted) as codes:
        for refused in (
            codes.DraftCodes(draft(mapping("X"))),
            codes.RetireCodes(retire(code(), 1)),
        ):
            with pytest.raises(DeniedError) as denied:
                await refused
            assert denied.value.code == code_
    async with library.mapping(token("reference:read", "lyon")) as codes:
        with pytest.raises(DeniedError):
            await codes.ReportWaiting(report("r-1", "lyon/1"))
        with pytest.raises(DeniedError):
            await codes.BatchGetCodes(codes_pb2.BatchGetCodesRequest(codes=[code("X", "nice")]))
    assert await library.rows() == before


async def test_a_time_out_of_range_is_refused_by_name(library: Library) -> None:
    async with library.mapping() as codes, library.calling() as reference:
        with pytest.raises(InvalidError) as refused:
            await codes.DraftCodes(draft(mapping(valid_to=Timestamp(seconds=10**15))))
        assert (refused.value.code, refused.value.field) == ("bad_time", "mappings[0].valid_to")
        request = resolve(code())
        request.at.seconds = 10**15
        with pytest.raises(InvalidError) as refused:
            await reference.ResolveCodes(request)
        assert refused.value.field == "at"


def _signed(one: pb.CodeMapping, name: str) -> pb.CodeMapping:
    signed = pb.CodeMapping()
    signed.CopyFrom(one)
    signed.steward = signed.approver = name
    return signed
