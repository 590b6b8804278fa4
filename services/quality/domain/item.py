"""What quality must know of an item."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """As reference has it in `version`; it rises with every change there."""

    item_no: str
    inspected: bool
    """Whether its output is inspected."""
    version: int
