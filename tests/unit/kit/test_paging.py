"""Pages by key, and cursors that only fit their own list."""

import base64
import json

import pytest
from plantmesh.common.v1.page_pb2 import PageRequest

from services.kit import wire
from services.kit.errors import InvalidError
from services.kit.paging import Listing, Page

ORDERS = Listing("mes.orders state=running", (str, int))
ROWS = [("lyon", n) for n in range(7)]


def turn(cursor: str, size: int = 3) -> tuple[list[tuple[str, int]], str, bool]:
    """Read one page as a repository does."""
    page = wire.read_page(PageRequest(size=size, cursor=cursor), ORDERS)
    selected = [row for row in ROWS if page.after is None or row > page.after][: page.limit]
    info = wire.write_page(cut := page.cut(selected, lambda row: row))
    return list(cut.rows), info.end_cursor, info.has_more


def test_pages_cover_the_list_once() -> None:
    read, cursor, more = turn("")
    while more:
        rows, cursor, more = turn(cursor)
        read += rows
    assert read == ROWS


def test_a_page_that_ends_with_the_list_has_nothing_behind_it() -> None:
    rows, cursor, more = turn("", size=7)
    assert (rows, more) == (ROWS, False)
    assert turn(cursor) == ([], "", False)


def test_size_has_a_default_and_a_bound() -> None:
    assert Page.read(ORDERS, 0, "").size == 50
    for size in (-1, 201):
        with pytest.raises(InvalidError) as refusal:
            Page.read(ORDERS, size, "")
        assert refusal.value.field == "page.size"


def forged(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


NAME = json.loads(base64.urlsafe_b64decode(turn("")[1] + "=="))[0]


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "é", "=", "[]", forged([]), forged({}), forged("x"), forged(None), "W" * 1000),
        *(forged([NAME]), forged([NAME, "lyon"]), forged([NAME, "lyon", 1, 2])),
        *(forged([NAME, 1, "lyon"]), forged([NAME, "lyon", True]), forged([NAME, "lyon", 1.0])),
        *(forged([NAME, "lyon", 2**63]), forged([NAME, "ly\0on", 1]), forged([NAME, None, 1])),
        forged([NAME, "ly\ud800on", 1]),
        *(forged([NAME + 1, "lyon", 1]), base64.b64encode(b"[" * 5000).decode()),
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        Page.read(ORDERS, 3, cursor)
    assert (refusal.value.code, refusal.value.field) == ("bad_cursor", "page.cursor")


def test_another_filter_is_another_list() -> None:
    with pytest.raises(InvalidError, match="not a cursor of this list"):
        Page.read(Listing("mes.orders state=closed", (str, int)), 3, turn("")[1])
