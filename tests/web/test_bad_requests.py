"""A bad request to the graph is answered with a code and what is wrong, and nothing internal."""

import re
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from services.kit.ids import GraphId
from tests.web.rig import ORDER, Answer, Gateway, Web

pytestmark = pytest.mark.flow

MOST = 256 * 1024
OF_ORDER = "query($id: ID!) { order(id: $id) { stock } }"
INTERNALS = re.compile(r"127\.0\.0\.1|localhost|\.mjs|\.py|Traceback|SyntaxError|PersistedQuery")


def asks(query: str, **variables: Any) -> bytes:
    return orjson.dumps({"query": query, "variables": variables})


@pytest.mark.parametrize(
    ("body", "status", "code", "named"),
    [
        (b"{", 400, "BAD_REQUEST", "invalid JSON"),
        (b"\xff\xfe", 400, "BAD_REQUEST", "invalid JSON"),
        (b"3", 400, "BAD_REQUEST", "object"),
        (b"null", 400, "BAD_REQUEST", "object"),
        (b"[%s]" % asks("{ running }"), 400, "BAD_REQUEST", "Batching"),
        (b"{}", 400, "QUERY_REQUIRED", "query"),
        (asks(""), 400, "QUERY_REQUIRED", "query"),
        (asks("{ orders( }"), 200, "GRAPHQL_PARSE_FAILED", "Syntax Error"),
        (asks("{ nosuch }"), 200, "GRAPHQL_VALIDATION_FAILED", "nosuch"),
        (asks("{ order { id } }"), 200, "GRAPHQL_VALIDATION_FAILED", "argument"),
        (asks("{ orders(nosuch: 1) { id } }"), 200, "GRAPHQL_VALIDATION_FAILED", "nosuch"),
        (asks("mutation { x }"), 200, "bad_operation", "mutation"),
        (asks(OF_ORDER), 200, "bad_variable", "$id"),
        (asks(OF_ORDER, id=[]), 200, "bad_variable", "$id"),
        (asks(OF_ORDER, id="zzz"), 200, "BAD_ID", "id"),
        (asks(OF_ORDER, id=GraphId("Lot", "lyon", "x").encode()), 200, "BAD_ID", "Lot"),
        (asks(OF_ORDER, id="A" * MOST), 413, "too_large", "bytes"),
    ],
)
async def test_a_bad_request_is_told_what_is_wrong(
    web: Web, gateway: Gateway, body: bytes, status: int, code: str, named: str
) -> None:
    answer = await gateway.send(body)
    assert_refused(answer, status, code, named)
    for error in answer.body["errors"]:
        assert set(error["extensions"]) <= {"code", "field", "hint", "serviceName"}
    assert not [name for name in web.subgraphs if (await web.tell(name, "seen"))["headers"]]


async def test_the_variable_that_is_wrong_is_named(gateway: Gateway) -> None:
    answer = await gateway.send(asks(OF_ORDER, id=[]))
    assert answer.body["errors"][0]["extensions"] == {"code": "bad_variable", "field": "id"}


async def test_a_body_that_does_not_say_its_length_is_counted(gateway: Gateway) -> None:
    answer = await gateway.send(chunks(asks(OF_ORDER, id=ORDER)))
    assert answer.body == {"data": {"order": {"stock": 7}}}
    assert_refused(await gateway.send(chunks(b"A" * (MOST + 1))), 413, "too_large", "bytes")


async def test_no_json_is_answered_without_a_word(gateway: Gateway) -> None:
    answer = await gateway.send(b"{ running }", {"content-type": "text/plain"})
    assert (answer.status, answer.text) == (415, "")


def assert_refused(answer: Answer, status: int, code: str, named: str) -> None:
    assert (answer.status, answer.codes) == (status, {code})
    assert named in answer.text
    assert not INTERNALS.search(answer.text)
    assert len(answer.text) < 500


async def chunks(body: bytes) -> AsyncIterator[bytes]:
    """In pieces; HTTP then says nothing of the whole."""
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]
