"""CodeService: mappings are drafted, retired and read by version; what waits for them is shown."""

from collections.abc import Iterable
from typing import Any

from grpc.aio import ServicerContext
from plantmesh.reference.v1 import codes_pb2 as pb
from plantmesh.reference.v1 import reference_pb2
from plantmesh.reference.v1.codes_pb2_grpc import CodeServiceServicer

from services.kit.access.policy import visible_plants
from services.kit.commands import once
from services.kit.paging import Listing
from services.kit.store import Store
from services.kit.wire import read_page, write_page
from services.reference import policy
from services.reference.application.draft_codes import draft_codes
from services.reference.application.read_state import WAITING
from services.reference.application.report_waiting import report_waiting
from services.reference.application.retire_codes import retire_codes
from services.reference.ports import Books, Chosen
from services.reference.wire import codes as wire

Context = ServicerContext[Any, Any]
_VERSION = (str, str, str, str, int)


class CodeServicer(CodeServiceServicer):
    """CodeService v1; see codes.proto."""

    def __init__(self, store: Store, books: Books) -> None:
        self._store = store
        self._books = books

    async def DraftCodes(  # noqa: N802 - named by the proto
        self, request: pb.DraftCodesRequest, context: Context
    ) -> pb.DraftCodesResponse:
        """New versions, of whoever asks."""
        named = (one.code for one in request.mappings)
        principal = policy.may_write(_places(named, "mappings[{}].code.plant"))
        mappings = wire.read_mappings(request.mappings, part="mappings")

        async def draft() -> pb.DraftCodesResponse:
            drafts = await draft_codes(self._books, mappings, principal.subject)
            return pb.DraftCodesResponse(mappings=map(wire.write_mapping, drafts))

        key = request.idempotency_key
        return await once(self._store, principal, "DraftCodes", key, request, draft)

    async def RetireCodes(  # noqa: N802 - named by the proto
        self, request: pb.RetireCodesRequest, context: Context
    ) -> pb.RetireCodesResponse:
        """Give versions an end."""
        named = (one.code for one in request.versions)
        principal = policy.may_write(_places(named, "versions[{}].code.plant"))
        versions, until = wire.read_versions(request), wire.read_moment(request, "until")

        async def retire() -> pb.RetireCodesResponse:
            retired = await retire_codes(self._books, versions, until)
            return pb.RetireCodesResponse(mappings=map(wire.write_mapping, retired))

        key = request.idempotency_key
        return await once(self._store, principal, "RetireCodes", key, request, retire)

    async def BatchGetCodes(  # noqa: N802 - named by the proto
        self, request: pb.BatchGetCodesRequest, context: Context
    ) -> pb.BatchGetCodesResponse:
        """Every version of these codes."""
        policy.may_read(_places(request.codes, "codes[{}].plant"))
        keys = wire.read_keys(request.codes)
        async with self._store.work():
            found = await self._books.code_mappings.get(set(keys))
        return pb.BatchGetCodesResponse(mappings=map(wire.write_mapping, found))

    async def ListCodes(  # noqa: N802 - named by the proto
        self, request: pb.ListCodesRequest, context: Context
    ) -> pb.ListCodesResponse:
        """Versions by code, a page at a time."""
        plants = visible_plants(policy.may_read())
        chosen = Chosen(plants, request.system, wire.read_status(request.status))
        listing = Listing(f"reference.codes {chosen.system} {chosen.status}", _VERSION)
        page = read_page(request.page, listing)
        async with self._store.work():
            rows = await self._books.code_mappings.after(page.after, page.limit, chosen)
        cut = page.cut(rows, lambda one: one.place)
        found = map(wire.write_mapping, cut.rows)
        return pb.ListCodesResponse(mappings=found, page=write_page(cut))

    async def ListWaitingCodes(  # noqa: N802 - named by the proto
        self, request: pb.ListWaitingCodesRequest, context: Context
    ) -> pb.ListWaitingCodesResponse:
        """The stewardship queue, oldest first, with what waits behind each entry."""
        plants = visible_plants(policy.may_read())
        page = read_page(request.page, WAITING)
        async with self._store.work():
            cut = page.cut(await self._books.queue.page(plants, page), lambda row: row[:1])
        waiting = [wire.write_waiting(one) for _, one in cut.rows]
        return pb.ListWaitingCodesResponse(codes=waiting, page=write_page(cut))

    async def ListWaitingDocuments(  # noqa: N802 - named by the proto
        self, request: pb.ListWaitingDocumentsRequest, context: Context
    ) -> pb.ListWaitingDocumentsResponse:
        """What waits behind one entry."""
        policy.may_read([(request.code.plant, "code.plant")])
        question = wire.read_question(request)
        listing = Listing(f"reference.waiting {'/'.join(question.key)}", (int,))
        page = read_page(request.page, listing)
        async with self._store.work():
            rows = await self._books.queue.documents(question, page)
        cut = page.cut(rows, lambda row: row[:1])
        found = [wire.write_document(one) for _, one in cut.rows]
        return pb.ListWaitingDocumentsResponse(documents=found, page=write_page(cut))

    async def ReportWaiting(  # noqa: N802 - named by the proto
        self, request: pb.ReportWaitingRequest, context: Context
    ) -> pb.ReportWaitingResponse:
        """Whoever reads outside systems says what waits; safe to repeat."""
        reporter = policy.may_report()
        report = wire.read_report(request, reporter.subject)
        async with self._store.work():
            waiting = await report_waiting(self._books, report)
        return pb.ReportWaitingResponse(waiting=waiting)


def _places(codes: Iterable[reference_pb2.Code], field: str) -> Iterable[policy.Place]:
    return ((code.plant, field.format(place)) for place, code in enumerate(codes))
