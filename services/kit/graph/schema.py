"""The schema of a subgraph, with the house's limits; and its SDL for composition."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from graphql import (
    ASTValidationRule,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLObjectType,
    NoSchemaIntrospectionCustomRule,
    get_nullable_type,
)
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, ParserCache, ValidationCache
from strawberry.federation import Schema
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.execution import ExecutionContext

from services.kit.errors import InvalidError
from services.kit.graph.limits import MAX_PAGE, MAX_TOKENS, SizeLimit
from services.kit.graph.scalars import SCALARS

# Composition (@theguild/federation-composition 0.27) knows nothing newer.
_FEDERATION: Final = "2.9"
_CACHED_DOCUMENTS = 1000


class Subgraph(Schema):
    """A federation schema that leaves logging to the border: expected errors get no traceback."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Nothing; see kit.graph.errors."""


def subgraph(
    query: type | None = None,
    *,
    types: Iterable[type] = (),
    mutation: type | None = None,
    introspection: bool = False,
) -> Subgraph:
    """Build a subgraph. Root lists must page by `first`, which is capped for every field.

    Without a `query` it only answers for the entities among `types`.
    Raises TypeError on a root list without `first`.
    """
    rules: list[type[ASTValidationRule]] = [SizeLimit]
    if not introspection:
        rules.append(NoSchemaIntrospectionCustomRule)
    schema = Subgraph(
        query=query,
        mutation=mutation,
        types=types,
        federation_version=_FEDERATION,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=not introspection),
        extensions=[
            lambda: MaxTokensLimiter(MAX_TOKENS),
            lambda: AddValidationRules(rules),
            lambda: ParserCache(_CACHED_DOCUMENTS),
            lambda: ValidationCache(_CACHED_DOCUMENTS),
        ],
    )
    _cap_pages(schema)
    _count_lists(schema)
    return schema


def sdl(schema: Subgraph) -> str:
    """What `make schema` writes and composes."""
    return f"{print_schema(schema)}\n"


def _cap_pages(schema: Subgraph) -> None:
    graph = schema._schema
    for kind in graph.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("_"):
            for name, field in kind.fields.items():
                if "first" in field.args and field.resolve:
                    field.resolve = _capped(field.resolve)
                elif kind is graph.query_type and _is_open_list(name, field):
                    raise TypeError(f"Query.{name} is a list and takes no `first`")


def _count_lists(schema: Subgraph) -> None:
    for kind in schema._schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("_"):
            for field in kind.fields.values():
                if isinstance(get_nullable_type(field.type), GraphQLList) and field.resolve:
                    field.resolve = _counted(field.resolve)


def _counted(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Of lists that are there at once; batch fields count what they load (kit.graph.batch)."""

    def count(source: object, info: Any, /, **arguments: Any) -> Any:
        found = resolve(source, info, **arguments)
        if isinstance(found, list):
            info.context["budget"].spend(len(found))
        return found

    return count


def _is_open_list(name: str, field: GraphQLField) -> bool:
    return name != "_entities" and isinstance(get_nullable_type(field.type), GraphQLList)


def _capped(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def check(source: object, info: object, /, **arguments: Any) -> Any:
        first = arguments.get("first")
        if isinstance(first, int) and not 1 <= first <= MAX_PAGE:
            raise InvalidError(
                f"a page has 1 to {MAX_PAGE} entries, not {first}",
                code="page_size",
                field="first",
                hint="ask for less and follow the cursor",
            )
        return resolve(source, info, **arguments)

    return check
