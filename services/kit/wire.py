"""Between kit's values and the common protobuf messages."""

from datetime import UTC, date, datetime
from typing import Any, overload

from google.protobuf.timestamp_pb2 import Timestamp
from plantmesh.common.v1 import instant_pb2, page_pb2, quantity_pb2

from services.kit.clock import Instant
from services.kit.errors import InvalidError
from services.kit.paging import Cut, Listing, Page
from services.kit.quantity import Quantity

_EARLIEST, _LATEST = 1900, 3000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_quantity(message: quantity_pb2.Quantity, *, field: str = "") -> Quantity:
    """Raises InvalidError naming `field` (or value, unit) when it is no quantity."""
    try:
        return Quantity.parse(message.value, message.unit)
    except InvalidError as error:
        raise _within(field, error) from error


def write_quantity(quantity: Quantity) -> quantity_pb2.Quantity:
    """The canonical decimal and the unit."""
    return quantity_pb2.Quantity(value=quantity.text, unit=quantity.unit)


def read_instant(message: instant_pb2.Instant, *, field: str = "") -> Instant:
    """Raises InvalidError naming `field` when it is no time we accept."""
    try:
        moment = message.timestamp.ToDatetime(tzinfo=UTC)
        return Instant(moment, message.offset_minutes)
    except InvalidError as error:
        raise _within(field, error) from error
    except (ValueError, OverflowError) as error:
        raise InvalidError(
            "the timestamp is out of range", code="bad_time", field=field or "timestamp"
        ) from error


def write_instant(instant: Instant) -> instant_pb2.Instant:
    """The moment and the offset its source showed."""
    return instant_pb2.Instant(
        timestamp=_timestamp(instant.moment), offset_minutes=instant.offset_minutes
    )


def read_moment(message: Timestamp, *, field: str = "timestamp") -> datetime:
    """In UTC; raises InvalidError naming `field` when it is no time that anybody means."""
    try:
        moment: datetime = message.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = datetime.min.replace(tzinfo=UTC)
    if not _EARLIEST < moment.year < _LATEST:
        raise InvalidError("the timestamp is out of range", code="bad_time", field=field)
    return moment


@overload
def write_moment(moment: datetime) -> Timestamp: ...
@overload
def write_moment(moment: None) -> None: ...
def write_moment(moment: datetime | None) -> Timestamp | None:
    """In UTC; None stays away."""
    return None if moment is None else _timestamp(moment)


def _timestamp(moment: datetime) -> Timestamp:
    """As FromDatetime, in a third of its time: lists have two in every row."""
    since = moment - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def read_day(text: str, field: str) -> date:
    """Raises InvalidError naming `field` when it is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidError(
            f"{text!r} is no day", code="bad_day", field=field, hint='write ISO 8601, "2026-05-04"'
        ) from None


def read_page(message: page_pb2.PageRequest, listing: Listing) -> Page:
    """A page of `listing`; raises InvalidError on a size or cursor that is not one of it."""
    return Page.read(listing, message.size, message.cursor)


def write_page(cut: Cut[Any]) -> page_pb2.PageInfo:
    """Where the page ended."""
    return page_pb2.PageInfo(end_cursor=cut.end_cursor, has_more=cut.has_more)


def _within(field: str, error: InvalidError) -> InvalidError:
    path = f"{field}.{error.field}" if field else error.field
    return InvalidError(str(error), code=error.code, field=path, hint=error.hint)
