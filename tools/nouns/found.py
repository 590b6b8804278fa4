"""What the contracts really have: rpcs and events by descriptor, fields by composed supergraph."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import Any

from google.protobuf.descriptor_pool import Default
from graphql import EnumValueNode, FieldDefinitionNode, ObjectTypeDefinitionNode, parse

from tools.mesh.gateway import FOLDER
from tools.mesh.program import HERE
from tools.nouns.noun import Names, Noun, Without

_PROTOS = HERE / "protos" / "plantmesh"
_READS = ("BatchGet", "List")
_PAGED = ("plantmesh.common.v1.PageRequest", "plantmesh.common.v1.PageInfo")
_SERVED_BY_ALL = ("common", "ops")


def problems(nouns: Iterable[Noun], aside: Collection[str] = ()) -> list[str]:
    """What a noun names and the contracts do not have, and what no noun names but `aside`."""
    known = list(nouns)
    wrong = [one for noun in known for one in _wrong(noun)]
    return [*wrong, *_forgotten(known, set(aside))]


def _wrong(noun: Noun) -> Iterator[str]:
    for name in _named(noun.batch):
        yield from _lacking(noun, name, "batch", _is_batch(_rpc(noun, name)))
    for name in _named(noun.page):
        yield from _lacking(noun, name, "page", _is_page(_rpc(noun, name)))
    for name in _named(noun.events):
        yield from _lacking(noun, name, "event", name in _events(noun.owner))
    for name in _named(noun.graph):
        yield from _lacking(noun, name, "field", name in _fields())
    shown = [_fields().get(name, ()) for name in _named(noun.graph)]
    if shown and not any(noun.owner in graphs for graphs in shown):
        yield f"{noun.name}: none of its fields is of {noun.owner}"


def _forgotten(nouns: list[Noun], aside: set[str]) -> Iterator[str]:
    owners = sorted({noun.owner for noun in nouns} - set(_SERVED_BY_ALL))
    rpcs = {_full(one, name) for one in nouns for name in (*_named(one.batch), *_named(one.page))}
    told = {f"{one.owner}.{name}" for one in nouns for name in _named(one.events)}
    shown = {name for one in nouns for name in _named(one.graph)}
    calls = {name for owner in owners for name in reads(owner)}
    events = {f"{owner}.{name}" for owner in owners for name in _events(owner)}
    roots = {name for name in _fields() if name.startswith("Query.")}
    for name in (*sorted(calls - rpcs - aside), *sorted(events - told), *sorted(roots - shown)):
        yield f"{name} belongs to no noun; name it in tools/nouns/table"


def _lacking(noun: Noun, name: str, what: str, there: bool) -> Iterator[str]:
    if not there:
        yield f"{noun.name}: {name} is no {what} of {noun.owner}"


def _named(names: Names) -> tuple[str, ...]:
    return () if isinstance(names, Without) else names


def _full(noun: Noun, name: str) -> str:
    return name if name.count(".") > 1 else f"{noun.owner}.{name}"


def _rpc(noun: Noun, name: str) -> Any:
    """None where there is none."""
    package, service, method = _full(noun, name).split(".")
    _load(package)
    try:
        found = Default().FindServiceByName(f"plantmesh.{package}.v1.{service}")
    except KeyError:
        return None
    return found.methods_by_name.get(method)


def _is_batch(rpc: Any) -> bool:
    """Lists in, lists out."""
    return rpc is not None and all(
        any(field.is_repeated for field in message.fields)
        for message in (rpc.input_type, rpc.output_type)
    )


def _is_page(rpc: Any) -> bool:
    if rpc is None:
        return False
    pages = (message.fields_by_name.get("page") for message in (rpc.input_type, rpc.output_type))
    return tuple(page and page.message_type.full_name for page in pages) == _PAGED


def reads(package: str, beginning: tuple[str, ...] = _READS) -> Iterator[str]:
    """The rpcs of a package that begin so."""
    for file in _load(package):
        for service in file.services_by_name.values():
            for method in service.methods_by_name:
                if method.startswith(beginning):
                    yield f"{package}.{service.name}.{method}"


def _events(package: str) -> set[str]:
    [told] = [file for file in _load(package) if file.name.endswith("/events.proto")] or [None]
    return set(told.message_types_by_name) if told else set()


@cache
def _load(package: str) -> list[Any]:
    """The descriptors of a package's files."""
    names = sorted(file.stem for file in (_PROTOS / package / "v1").glob("*.proto"))
    return [import_module(f"plantmesh.{package}.v1.{name}_pb2").DESCRIPTOR for name in names]


@cache
def _fields() -> dict[str, set[str]]:
    """Each field of the supergraph, with the subgraphs that resolve it."""
    document = parse((FOLDER / "supergraph.graphql").read_text())
    return {
        f"{type.name.value}.{field.name.value}": _graphs(field) or _graphs(type)
        for type in document.definitions
        if isinstance(type, ObjectTypeDefinitionNode)
        for field in type.fields or ()
    }


def _graphs(node: ObjectTypeDefinitionNode | FieldDefinitionNode) -> set[str]:
    """Whom the directives of composition name."""
    return {
        argument.value.value.lower()
        for directive in node.directives or ()
        for argument in directive.arguments or ()
        if argument.name.value == "graph" and isinstance(argument.value, EnumValueNode)
    }
