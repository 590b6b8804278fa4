"""Quality's holds on lots; those that descend from a held lot are named one by one."""

from dataclasses import dataclass

from services.wms.domain.keys import LotKey


@dataclass(frozen=True, slots=True)
class Hold:
    """Quality's order about one lot; of one hold the highest version counts."""

    hold_no: str
    lot: LotKey
    active: bool
    version: int
