"""What the story needs of the plant's ERP: as a process, as its own users, and as its judge."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from tools.demo.erp.book import Booking, Entry
from tools.demo.shift import Shift
from tools.mesh.mesh import Mesh

Code = tuple[str, str, str]
"""Domain, the ERP's word, ours."""


class Erp(Protocol):
    """One ERP. It is opened once, closed at the end, and dies in between."""

    @property
    def name(self) -> str:
        """Of its adapter, its row in `systems` and its secret."""
        ...

    @property
    def title(self) -> str:
        """As the story calls it, in the middle of a sentence."""
        ...

    @property
    def process(self) -> str:
        """Its name in the mesh."""
        ...

    @property
    def secret(self) -> str:
        """What the adapter shows at the door."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """Of its row; known once it is open."""
        ...

    @property
    def budget(self) -> float:
        """Requests a second that it bears."""
        ...

    @property
    def patience(self) -> float:
        """Seconds after which something that did not happen will not."""
        ...

    @property
    def poll_seconds(self) -> float:
        """How often its orders are read."""
        ...

    @property
    def words(self) -> Mapping[str, str]:
        """Its units and reasons by ours; the unmapped reason's too."""
        ...

    @property
    def codes(self) -> Sequence[Code]:
        """What a steward mapped."""
        ...

    async def open(self, mesh: Mesh) -> None:
        """Run it until the mesh stops."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

    async def release(self, shift: Shift) -> None:
        """Its own users enter what the plant makes, and release the orders."""
        ...

    async def close_orders(self, orders: Sequence[str]) -> None:
        """Its own users close what is finished; nothing of these orders is on its way to it."""
        ...

    async def sell(self, lot: str) -> None:
        """Its own users take the customer's order: so much of the lot is meant for it."""
        ...

    async def documents(self, reference: str = "") -> int:
        """How many its books hold, under a reference or at all; answers while it is dead."""
        ...

    async def received(self, lot: str) -> Decimal:
        """How much of a lot that we make it took into stock; answers while it is dead."""
        ...

    async def journal(self) -> list[Entry]:
        """What its books hold, in order of arrival; raises UnavailableError while it is dead."""
        ...

    async def bookings(self) -> list[Booking]:
        """Its own general ledger, as far as goods go; [] where it keeps none."""
        ...

    async def moved(self) -> Mapping[tuple[str, str], Decimal]:
        """What its stock gained or lost since the shift began, by item and lot; not zero."""
        ...

    async def differences(self) -> list[str]:
        """In words, what should not be in its books."""
        ...
