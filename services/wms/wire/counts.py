"""Counts of stock."""

from collections.abc import Iterable
from decimal import Decimal

from plantmesh.wms.v1 import stock_counts_pb2 as pb

from services.kit.errors import InvalidError, located
from services.kit.quantity import Quantity
from services.kit.wire import read_quantity, write_quantity
from services.wms.application.count_stock import Found
from services.wms.domain.stock_count import CountKey, Line, StockCount
from services.wms.wire.stock import read_place, write_place


def read_count_key(message: pb.StockCountKey) -> CountKey:
    """Its rules were checked at the border."""
    return CountKey(message.plant, message.count_no)


def read_tolerance(percent: str) -> Decimal:
    """Raises InvalidError naming `tolerance_percent` on anything but a decimal from 0 to 100."""
    try:
        found = Quantity.parse(percent, "P1").value
    except InvalidError as error:
        raise _bad_tolerance(percent) from error
    if not 0 <= found <= 100:
        raise _bad_tolerance(percent)
    return found


def read_found(messages: Iterable[pb.StockFound]) -> list[Found]:
    """Raises InvalidError naming `found[i]` and the field."""
    found = []
    for position, one in enumerate(messages):
        with located(f"found[{position}]"):
            with located("stock"):
                place = read_place(one.stock)
            found.append(Found(place, read_quantity(one.quantity, field="quantity")))
    return found


def write_count(count: StockCount, *, lines: bool = True) -> pb.StockCount:
    """The document; events go without its lines."""
    message = pb.StockCount(
        key=pb.StockCountKey(plant=count.key.plant, count_no=count.key.no),
        state=pb.StockCountState.Value(f"STOCK_COUNT_STATE_{count.state.name}"),
        tolerance_percent=format(count.tolerance, "f"),
        lines=map(_write_line, count.lines.values()) if lines else (),
    )
    message.as_of.FromDatetime(count.as_of)
    return message


def write_counts(counts: Iterable[StockCount]) -> list[pb.StockCount]:
    """Each with its lines."""
    return [write_count(one) for one in counts]


def _write_line(line: Line) -> pb.StockCountLine:
    return pb.StockCountLine(
        stock=write_place(line.place),
        book=write_quantity(line.book) if line.book else None,
        counted=write_quantity(line.counted) if line.counted else None,
        times=line.times,
        counted_by=line.by,
    )


def _bad_tolerance(percent: str) -> InvalidError:
    return InvalidError(
        f"{percent[:20]!r} is no percentage",
        code="bad_tolerance",
        field="tolerance_percent",
        hint='a decimal from 0 to 100, such as "0.5"',
    )
