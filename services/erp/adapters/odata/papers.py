"""What the ERP's JSON says: collections, entities, and papers that were kept as they came."""

from decimal import Decimal
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct, field

from services.erp.adapters.odata.outcomes import StoppedError
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Unavailable

_T = TypeVar("_T")
_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


class Results(Struct, Generic[_T]):
    """A collection; `rest` says where the ERP keeps what it left out."""

    results: list[_T]
    rest: str | None = field(name="__next", default="")


class About(Struct):
    """What the ERP says of the entity itself."""

    etag: str = ""


def told(content: msgspec.Raw, kind: type[_T]) -> _T:
    """Raises StoppedError when it is something else."""
    try:
        return _decoded(content, kind)
    except msgspec.DecodeError as error:
        raise StoppedError(Unavailable("the ERP answered with something else")) from error


def page(content: msgspec.Raw, kind: type[_T]) -> list[_T]:
    """What a page of a collection holds; raises StoppedError."""
    return [told(one, kind) for one in told(content, Results[msgspec.Raw]).results]


def read_paper(content: bytes, kind: type[_T]) -> _T:
    """An order that was kept; raises InvalidError naming the field that is no such thing."""
    try:
        return _decoded(content, kind)
    except msgspec.DecodeError as error:
        what, _, where = str(error).partition(" - at `$.")
        raise InvalidError(
            f"the ERP's order cannot be read: {what}",
            code="unreadable_order",
            field=where.rstrip("`"),
        ) from error


def complete(part: Results[_T]) -> list[_T]:
    """What belongs to an order; raises InvalidError when the ERP left some of it out."""
    if part.rest:
        raise InvalidError("the ERP told only a part of the order", code="unreadable_order")
    return part.results


def read_number(text: str) -> int:
    """A position such as "000010"; raises InvalidError."""
    if not text.isdecimal():
        raise InvalidError(f"{text[:40]!r} is no position", code="unreadable_order")
    return int(text)


def _decoded(content: bytes | msgspec.Raw, kind: type[_T]) -> _T:
    """A property that is null is one that is not there; raises msgspec.DecodeError."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError:
        if b"null" not in bytes(content):
            raise
        return msgspec.convert(_without_nulls(_DECODER.decode(content)), kind)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value
