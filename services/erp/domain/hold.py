"""A quality hold on one lot: while one is active, nothing of the lot is posted."""

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
