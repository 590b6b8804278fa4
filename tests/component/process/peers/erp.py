"""Postings."""

from typing import Any

from plantmesh.erp.v1 import postings_pb2, postings_pb2_grpc

from tests.component.process.peers.book import Book


class Postings(postings_pb2_grpc.PostingServiceServicer):
    """Erp accepts postings."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.accepted: list[postings_pb2.Posting] = []

    async def AcceptPostings(self, request: Any, context: Any) -> Any:  # noqa: N802
        """All or none, in order."""

        def effect() -> postings_pb2.AcceptPostingsResponse:
            self.accepted += self.book.take(request.postings)
            return postings_pb2.AcceptPostingsResponse()

        return await self.book.once("AcceptPostings", request, effect)
