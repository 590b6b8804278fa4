"""A quality hold on one lot: while one is active, nothing of the lot is posted."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.erp.domain.keys import LotKey


@dataclass(frozen=True, slots=True)
class Hold:
    """As quality decided. A later version wins; a repeated or older one changes nothing."""

    hold_no: str
    lot: LotKey
    active: bool
    version: int

    def follows(self, known: "Hold | None") -> bool:
        """Whether this is newer than what we know."""
        return known is None or self.version > known.version


def held(holds: Iterable[Hold]) -> dict[LotKey, str]:
    """The lots that are held, and by which holds, in words for people."""
    names: dict[LotKey, list[str]] = {}
    for hold in holds:
        if hold.active:
            names.setdefault(hold.lot, []).append(hold.hold_no)
    return {lot: f"held by {', '.join(sorted(numbers))}" for lot, numbers in names.items()}
