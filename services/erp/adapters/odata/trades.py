"""What the ERP's sales and purchase orders have in common.

What it says of a status is its property's name and value, such as "OverallDeliveryStatus B"; what
is initial says nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec import Struct, field

from services.erp.adapters.odata.feed import Kind, Place
from services.erp.adapters.odata.papers import About
from services.erp.adapters.odata.values import read_day, read_instant, write_instant
from services.erp.domain.commercial_document import CommercialDocument, CommercialLineDocument

CHANGED = "LastChangeDateTime"


class Trade(Struct, kw_only=True):
    """An order of either kind; each names the rest as its service does."""

    about: About = field(name="__metadata")
    changed: str = field(name=CHANGED)
    number: str
    partner: str
    currency: str = ""
    reference: str = ""
    day: str | None = None

    def said(self) -> Mapping[str, str]:
        """Of where it stands, by property."""
        raise NotImplementedError


def trade(
    service: str,
    number: str,
    expand: str,
    place: Callable[[msgspec.Raw], Place],
    read: Callable[[bytes], CommercialDocument],
) -> Kind[CommercialDocument]:
    """Orders of a service, whose `number` is called as they are."""
    return Kind(
        service=service,
        entities=f"A_{number}",
        number=number,
        changed=CHANGED,
        expand=expand,
        place=place,
        stamp=write_instant,
        back=_back,
        read=read,
    )


def place(number: str, changed: str, plants: Iterable[str]) -> Place:
    """Where an order stands in the feed; raises InvalidError on a time that is none."""
    return Place(number, read_instant(changed, CHANGED).isoformat(), frozenset(plants))


def document(order: Trade, day: str, lines: Iterable[CommercialLineDocument]) -> CommercialDocument:
    """An order with its lines; `day` is the property of its own day. Raises InvalidError."""
    return CommercialDocument(
        order_no=order.number,
        partner=order.partner,
        statuses=tuple(f"{name} {value}" for name, value in order.said().items() if value),
        version=order.about.etag or order.changed,
        as_of=read_instant(order.changed, CHANGED),
        lines=tuple(lines),
        currency=order.currency,
        reference=order.reference,
        ordered_on=read_day(order.day, day),
    )


def _back(since: str, overlap: float) -> str:
    """A moment in ISO 8601, so many seconds earlier."""
    return (dt.datetime.fromisoformat(since) - dt.timedelta(seconds=overlap)).isoformat()
