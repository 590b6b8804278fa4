"""Other services, called by steps; every call raises the error family."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.process.domain.effects import Closing, Movement, Posting
from services.process.domain.facts import Confirmed, HoldOrdered, OrderReleased
from services.process.domain.keys import LotKey


class Mes(Protocol):
    """The floor."""

    async def create_work_order(self, released: OrderReleased, key: str) -> None:
        """Take over an order."""
        ...

    async def close_work_order(self, closing: Closing, key: str) -> None:
        """No more comes; refused where another confirmation than `last` is the last by then."""
        ...

    async def descendants(self, lots: Collection[LotKey]) -> set[LotKey]:
        """These and everything made of them."""
        ...


class Quality(Protocol):
    """Inspections and holds."""

    async def open_inspections(self, confirmed: Sequence[Confirmed], key: str) -> Sequence[str]:
        """The inspection of each yield, "" where none is due."""
        ...

    async def report_hold(
        self, hold: HoldOrdered, lots: Collection[LotKey], key: str, *, complete: bool
    ) -> None:
        """More lots it covers; `complete` when every service has confirmed."""
        ...


class Wms(Protocol):
    """Stock."""

    async def move(self, movements: Sequence[Movement], key: str) -> None:
        """All or none."""
        ...


class Erp(Protocol):
    """Postings."""

    async def accept(self, postings: Sequence[Posting], key: str) -> None:
        """All or none, in order."""
        ...


class Enforcer(Protocol):
    """A service that enforces holds."""

    async def apply(self, hold: HoldOrdered, lots: Sequence[LotKey], key: str) -> None:
        """From the answer on it is in force there (or lifted)."""
        ...


class Watcher(Protocol):
    """A service where lots come into being."""

    async def watch(self, hold: HoldOrdered, key: str) -> None:
        """From the answer on what comes to fall under its scope there is held (or not any more)."""
        ...

    async def under(self, hold: HoldOrdered) -> set[LotKey]:
        """What falls under it there, or is held for it; once it is released the latter alone."""
        ...


@dataclass(frozen=True)
class Peers:
    """All of them; `enforcers` by name, in the order in which holds are applied."""

    mes: Mes
    quality: Quality
    wms: Wms
    erp: Erp
    enforcers: Mapping[str, Enforcer]
    watchers: Mapping[str, Watcher]
