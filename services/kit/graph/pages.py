"""Lists as Relay connections, forward only, over kit's pages by key.

Source: GraphQL Cursor Connections Specification.
"""

from collections.abc import Callable
from typing import Generic, Self, TypeVar

import strawberry

from services.kit.errors import InvalidError
from services.kit.paging import Cut, Listing, Page

Node = TypeVar("Node")
Row = TypeVar("Row")


@strawberry.federation.type(shareable=True, description="Where a page begins and ends.")
class PageInfo:
    """Shareable: every subgraph with a list defines the same fields."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="One entry of a page.")
class Edge(Generic[Node]):
    """The entry and its place."""

    cursor: str
    node: Node


@strawberry.type(description="A page of a list; follow endCursor while hasNextPage.")
class Connection(Generic[Node]):
    """Take the type from `Connection[Order]`, which the graph calls OrderConnection."""

    edges: list[Edge[Node]]
    page_info: PageInfo

    @classmethod
    def of(cls, page: Page, cut: Cut[Row], node: Callable[[Row], Node]) -> Self:
        """The page that was asked for, each row as its node."""
        edges = [Edge(cursor=cut.cursor(row), node=node(row)) for row in cut.rows]
        info = PageInfo(
            has_next_page=cut.has_more,
            has_previous_page=page.after is not None,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        )
        return cls(edges=edges, page_info=info)


def read_page(listing: Listing, first: int, after: str | None) -> Page:
    """The page asked for; raises InvalidError naming `after` (the schema caps `first`)."""
    try:
        return Page.read(listing, first, after or "")
    except InvalidError as error:
        error.field = "after"
        raise
