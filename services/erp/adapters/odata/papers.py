"""What the ERP's JSON says: collections, entities, and papers that were kept as they came."""

from typing import Generic, TypeVar

import msgspec
from msgspec import Struct, field

from services.erp.adapters.odata.outcomes import StoppedError
from services.kit.errors import InvalidError
from services.kit.lanes.outcome import Unavailable

_T = TypeVar("_T")


class Results(Struct, Generic[_T]):
    """A collection; `rest` says where the ERP keeps what it left out."""

    results: list[_T]
    rest: str = field(name="__next", default="")


class About(Struct):
    """What the ERP says of the entity itself."""

    etag: str = ""


def told(content: msgspec.Raw, kind: type[_T]) -> _T:
    """Raises StoppedError when it is something else."""
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise StoppedError(Unavailable("the ERP answered with something else")) from error


def whole(content: msgspec.Raw, kind: type[_T]) -> list[_T]:
    """A collection; raises StoppedError when the ERP told only a part of it."""
    found = told(content, Results[kind])  # type: ignore[valid-type]
    if found.rest:
        raise StoppedError(Unavailable("the ERP told only a part"))
    return found.results


def read_paper(content: bytes, kind: type[_T]) -> _T:
    """An order that was kept; raises InvalidError naming the field that is no such thing."""
    try:
        return msgspec.json.decode(content, type=kind)
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
