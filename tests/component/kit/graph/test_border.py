"""What a client may send and what it is told, over real HTTP."""

import asyncio
import socket
import time

import aiohttp
import pytest
from structlog.testing import capture_logs

from services.kit.graph import GraphApp, GraphServer, subgraph
from tests.component.kit.graph.shop import SCHEMA, Query, Shop, serving
from tests.component.kit.rpc.desk import mint, verifier


async def test_a_bug_of_ours_leaks_nothing_and_is_found_by_its_reference() -> None:
    with capture_logs() as lines:
        async with serving(Shop()) as client:
            answer = await client.ask("{ broken }")
    (error,) = answer["errors"]
    assert "secret" not in str(answer)
    assert "RuntimeError" not in str(answer)
    assert answer["data"] == {"broken": None}
    assert error["extensions"]["code"] == "internal"
    assert error["path"] == ["broken"]
    (line,) = [line for line in lines if line.get("exc_info")]
    assert line["reference"] == error["extensions"]["reference"]


async def test_a_refusal_keeps_code_field_and_hint_and_makes_no_traceback() -> None:
    with capture_logs() as lines:
        async with serving(Shop()) as client:
            answer = await client.ask("{ refused }")
    (error,) = answer["errors"]
    assert error["message"] == "order 4711 is complete"
    assert error["extensions"] == {"code": "complete", "field": "id", "hint": "reopen"}
    assert not [line for line in lines if line.get("exc_info") or line["log_level"] == "error"]


@pytest.mark.parametrize(("name", "code"), [("47\x0011", "bad_value"), ("busy", "database_busy")])
async def test_a_refusal_of_the_database_is_told_as_over_grpc(name: str, code: str) -> None:
    with capture_logs() as lines:
        async with serving(Shop()) as client:
            answer = await client.ask("query ($n: String!) { kept(name: $n) }", n=name)
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["kept"], code)
    assert "4711" not in error["message"]
    assert not [line for line in lines if line.get("exc_info")]


async def test_half_a_surrogate_pair_is_no_text() -> None:
    body = b'{"query": "query ($n: String!) { kept(name: $n) }", "variables": {"n": "\\ud800"}}'
    headers = {"authorization": f"Bearer {mint()}", "content-type": "application/json"}
    async with serving(Shop()) as client:
        answer = await client.post(data=body, headers=headers)
    assert (client.status, answer["errors"][0]["extensions"]["code"]) == (400, "bad_json")


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "token_required"), ({"authorization": "Bearer forged"}, "bad_token")],
)
async def test_nobody_unknown_is_answered(headers: dict[str, str], code: str) -> None:
    shop = Shop()
    async with serving(shop) as client:
        answer = await client.post(json={"query": "{ orders { id } }"}, headers=headers)
    assert client.status == 401
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_requests_at_the_same_time_keep_their_own_principal() -> None:
    shop = Shop()
    async with serving(shop) as client:
        asked = [
            asyncio.create_task(client.ask("{ who }", token=mint(sub=name)))
            for name in ("ann", "bob", "cem")
        ]
        await asyncio.wait_for(shop.waiting.wait(), 30)
        await client.ask("{ orders { id } }", token=mint(sub="dora"))
        shop.gate.set()
        answers = [(await task)["data"]["who"] for task in asked]
    assert answers == ["ann ann", "bob bob", "cem cem"]


def nested(depth: int) -> str:
    return "{ orders " + "{ lots " * depth + "{ id }" + " }" * depth + " }"


def bomb(size: int) -> str:
    spread = "".join(f"fragment f{n} on Order {{ ...f{n + 1} ...f{n + 1} }}\n" for n in range(size))
    return f"{{ orders {{ ...f0 }} }}\n{spread}fragment f{size} on Order {{ id }}"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (nested(20), "too_complex"),
        ("{ orders { " + " ".join(f"a{n}: id" for n in range(61)) + " } }", "too_complex"),
        ("{ " + "orders { id } " * 2000 + "}", "bad_operation"),
        (nested(180), "too_complex"),
        ("{ a" * 900, "bad_operation"),
        ("{ nothing }", "bad_operation"),
        ("{ orders { id }", "bad_operation"),
        ("{ __schema { types { name } } }", "bad_operation"),
        ("{ orders { ...missing } }", "bad_operation"),
        (
            "fragment a on Order { ...b } fragment b on Order { ...a } { orders { ...a } }",
            "bad_operation",
        ),
        ("", "bad_operation"),
        ("subscription { orders }", "bad_operation"),
        ("{ orders(first: 201) { id } }", "page_size"),
        ("{ orders(first: 0) { id } }", "page_size"),
        ("{ orders { lots(first: 1000) { id } } }", "page_size"),
        ('{ twice(amount: 1.5, at: "2026-05-04T14:00:00Z") }', "bad_decimal"),
        ('{ twice(amount: "NaN", at: "2026-05-04T14:00:00Z") }', "bad_decimal"),
        ('{ twice(amount: "1e999", at: "2026-05-04T14:00:00Z") }', "bad_decimal"),
        ('{ twice(amount: "1", at: "2026-05-04T14:00:00") }', "bad_time"),
        ('{ dayAfter(day: "2026-02-31") }', "bad_date"),
        ('{ dayAfter(day: "0000-01-01") }', "bad_date"),
    ],
)
async def test_what_asks_too_much_or_wrongly_is_refused_with_a_code(query: str, code: str) -> None:
    shop = Shop()
    with capture_logs() as lines:
        async with serving(shop) as client:
            answer = await client.ask(query)
    assert answer["errors"][0]["extensions"]["code"] == code, answer
    assert not shop.calls
    assert not [line for line in lines if line.get("exc_info")]


async def test_nested_fragments_are_measured_in_no_time() -> None:
    async with serving(Shop()) as client:
        began = time.perf_counter()
        answer = await client.ask(bomb(150))
    assert time.perf_counter() - began < 5
    assert answer["data"]["orders"][0]["id"] == "o0"


async def test_unknown_fields_are_not_hinted_at_without_introspection() -> None:
    async with serving(Shop()) as client:
        closed = await client.ask("{ order { id } }")
    async with serving(Shop(), subgraph(Query, introspection=True)) as client:
        open_ = await client.ask("{ order { id } }")
        schema = await client.ask("{ __schema { queryType { name } } }")
    assert "orders" not in closed["errors"][0]["message"]
    assert "orders" in open_["errors"][0]["message"]
    assert schema["data"]["__schema"]["queryType"]["name"] == "Query"


async def test_scalars_are_exact_and_in_utc() -> None:
    async with serving(Shop()) as client:
        answer = await client.ask(
            "query ($a: Decimal!, $at: DateTime!) {"
            ' twice(amount: $a, at: $at) moment(at: $at) dayAfter(day: "2026-02-28") }',
            a="0.10",
            at="2026-05-04T14:00:00+02:00",
        )
    assert answer["data"]["twice"] == "0.20 2026-05-04T12:00:00+00:00"
    assert answer["data"]["moment"] == "2026-05-04T12:00:00+00:00"
    assert answer["data"]["dayAfter"] == "2026-03-01"


async def test_a_body_is_bounded_announced_or_not() -> None:
    async def trickle() -> object:
        for _ in range(64):
            yield b" " * 1024

    async with serving(Shop(), largest_body=10_000) as client:
        answer = await client.ask("{ orders { id } } #" + "x" * 10_000)
        assert (client.status, answer["errors"][0]["extensions"]["code"]) == (413, "too_large")
        await client.post(data=trickle(), headers={"content-type": "application/json"})
        assert client.status == 413


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"query": 1}', b'{"query": "\xff"}', b"[" * 9999]
)
async def test_a_body_that_is_no_operation_is_refused(body: bytes) -> None:
    async with serving(Shop()) as client:
        answer = await client.post(data=body, headers={"content-type": "application/json"})
    assert (client.status, answer["errors"][0]["extensions"]["code"]) == (400, "bad_json")


async def test_only_json_posted_to_the_graph_is_heard() -> None:
    async with serving(Shop()) as client:
        async with client.http.get(f"{client.url}?query={{orders{{id}}}}") as answer:
            assert (answer.status, answer.headers["allow"]) == (405, "POST")
        await client.post(data={"query": "{ orders { id } }"})
        assert client.status == 415
        client.url += "/elsewhere"
        await client.ask("{ orders { id } }")
        assert client.status == 404


async def test_an_operation_ends_at_its_deadline() -> None:
    async with serving(Shop(), longest=0.2) as client:
        answer = await client.ask("{ who }")
    assert client.status == 503
    assert answer["errors"][0]["extensions"]["code"] == "deadline_exceeded"


async def test_what_is_under_way_is_answered_when_the_server_stops() -> None:
    shop = Shop()
    server = GraphServer(GraphApp(SCHEMA, verifier(), {"shop": shop}), bind="127.0.0.1", port=0)
    stop = asyncio.Event()
    running = asyncio.create_task(server.run(stop))
    async with aiohttp.ClientSession(headers={"authorization": f"Bearer {mint()}"}) as http:
        url = f"http://127.0.0.1:{server.port}/graphql"
        asked = asyncio.create_task(http.post(url, json={"query": "{ who }"}))
        await asyncio.wait_for(shop.waiting.wait(), 30)
        stop.set()
        done, _ = await asyncio.wait({running}, timeout=0.2)
        assert not done
        shop.gate.set()
        async with await asked as answer:
            assert (await answer.json())["data"]["who"] == "alice alice"
        await asyncio.wait_for(running, 30)
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.post(url, json={})


def test_a_port_that_is_taken_is_an_error_and_not_shared() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        app = GraphApp(SCHEMA, verifier(), {})
        with pytest.raises(OSError, match="in use"):
            GraphServer(app, bind="127.0.0.1", port=taken.getsockname()[1])
