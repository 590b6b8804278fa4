"""References and fields resolve in batches: the calls are counted, through HTTP."""

from typing import Any

import pytest
import strawberry

from services.kit.graph import batch_field, sdl, subgraph
from tests.component.kit.graph.shop import SCHEMA, Shop, serving

ENTITIES = """
query ($of: [_Any!]!) {
  _entities(representations: $of) {
    ... on Order { id produced { value unit } lots(first: 2) { id parts(first: 3) } }
  }
}
"""

REFERENCES = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on Order { id } } }"


def orders(*ids: str) -> list[dict[str, str]]:
    return [{"__typename": "Order", "id": id} for id in ids]


async def test_fifty_references_make_one_call_a_level() -> None:
    shop = Shop()
    ids = [f"o{n}" for n in range(50)]
    async with serving(shop) as client:
        answer = await client.ask(ENTITIES, of=orders(*ids))
    assert "errors" not in answer
    found = answer["data"]["_entities"]
    assert [order["id"] for order in found] == ids
    assert found[7]["produced"] == {"value": "12.5", "unit": "KGM"}
    assert found[7]["lots"] == [{"id": "o7-0", "parts": 3}, {"id": "o7-1", "parts": 3}]
    assert [(name, len(keys)) for name, keys in shop.calls] == [
        ("orders", 50),
        ("lots", 50),
        ("parts", 100),
    ]


async def test_a_repeated_reference_is_loaded_once_and_an_unknown_one_is_null() -> None:
    shop = Shop()
    async with serving(shop) as client:
        answer = await client.ask(ENTITIES, of=orders("a", "unknown", "a"))
    first, unknown, again = answer["data"]["_entities"]
    assert first["id"] == again["id"] == "a"
    assert unknown is None
    assert shop.calls[0] == ("orders", ["a", "unknown"])


async def test_one_field_with_other_arguments_is_another_batch() -> None:
    shop = Shop()
    async with serving(shop) as client:
        answer = await client.ask("{ orders { a: lots(first: 1) { id } b: lots { id } } }")
    assert [len(order["b"]) for order in answer["data"]["orders"]] == [2, 2, 2]
    assert [(name, len(keys)) for name, keys in shop.calls] == [("lots", 3), ("lots", 3)]


async def test_what_several_lead_to_is_loaded_once() -> None:
    shop = Shop()
    async with serving(shop) as client:
        answer = await client.ask("{ orders { first { lots(first: 1) { id } } } }")
    found = answer["data"]["orders"]
    assert found == [{"first": {"lots": [{"id": "o0-0"}]}}] * 3
    assert shop.calls == [("lots", ["o0"])]


@pytest.mark.parametrize(
    ("query", "entries"),
    [
        ("{ orders { id } }", 3),
        ("{ orders { lots(first: 9) { parts } } }", 3 + 3 * 9),
        ("{ orders { first { lots(first: 9) { id } } } }", 3 + 3 * 9),
        ("{ orders { numbers } }", 3 + 3 * 4),
        (REFERENCES, 2),
    ],
    ids=["a page", "of a page", "of one", "at once", "references"],
)
async def test_an_operation_that_reaches_too_much_is_refused_as_a_whole(
    query: str, entries: int
) -> None:
    """Every size is allowed, and what they come to is not."""
    asked: dict[str, Any] = {"of": orders("a", "b")} if query == REFERENCES else {}
    async with serving(Shop(), most=entries) as client:
        assert "errors" not in await client.ask(query, **asked)
    shop = Shop()
    async with serving(shop, most=entries - 1) as client:
        answer = await client.ask(query, **asked)
    (error,) = answer["errors"]
    assert (client.status, answer.get("data")) == (400, None)
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("too_complex", "query")
    assert "smaller pages" in error["extensions"]["hint"]
    assert "parts" not in [name for name, _ in shop.calls]


async def test_loaders_live_for_one_request() -> None:
    shop = Shop()
    async with serving(shop) as client:
        for _ in range(2):
            await client.ask(ENTITIES, of=orders("a"))
    assert [keys for name, keys in shop.calls if name == "orders"] == [["a"], ["a"]]


async def test_a_reference_without_its_key_is_refused_by_name() -> None:
    async with serving(Shop()) as client:
        answer = await client.ask(ENTITIES, of=[{"__typename": "Order", "code": "a"}])
    assert answer["errors"][0]["extensions"] == {"code": "invalid", "field": "id"}


def test_the_sdl_is_what_composition_understands() -> None:
    text = sdl(SCHEMA)
    assert "federation/v2.9" in text
    assert 'type Order @key(fields: "id")' in text
    assert "type Quantity @shareable" in text
    assert "lots(first: Int! = 2): [Lot!]!" in text
    assert "parts(first: Int! = 1): Int!" in text


def test_a_root_list_that_does_not_page_is_refused() -> None:
    @strawberry.type
    class Query:
        @strawberry.field
        def all(self) -> list[str]:
            return []

    with pytest.raises(TypeError, match=r"Query.all is a list and takes no `first`"):
        subgraph(Query)


def test_a_batch_that_does_not_return_a_list_is_refused() -> None:
    async def wrong(self: Any, info: Any, parents: Any) -> int:
        return 1

    with pytest.raises(TypeError, match="must return list"):
        batch_field()(wrong)  # type: ignore[arg-type]
