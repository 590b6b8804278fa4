"""What mock-sap has booked, read from its database: the judge is never the adapter."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_SIGN = {"101": 1, "102": -1, "261": -1, "262": 1, "531": 1, "532": -1}
_BLOCKED = "S"
_ITEMS = (
    "SELECT MaterialDocument || '/' || MaterialDocumentYear AS document, *"
    " FROM A_MaterialDocumentItem ORDER BY MaterialDocument, MaterialDocumentItem"
)


@dataclass(frozen=True)
class Line:
    """An item of a material document; `text` is our reference, `reverses` a document's number."""

    document: str
    order: str
    text: str
    kind: str
    material: str
    batch: str
    amount: Decimal
    usability: str
    reverses: str


def lines(database: Path) -> list[Line]:
    """In order of their booking, in the S/4 shape."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [_line(row) for row in connection.execute(_ITEMS)]


def documents(database: Path) -> list[tuple[str, str]]:
    """(order, our reference) of each document, in order of booking."""
    found = {line.document: (line.order, line.text) for line in lines(database)}
    return list(found.values())


def standing(database: Path, text: str) -> list[str]:
    """Documents that bear our reference and that nobody took back."""
    all_ = lines(database)
    taken_back = {line.reverses for line in all_}
    mine = dict.fromkeys(line.document for line in all_ if line.text == text)
    return [document for document in mine if document.partition("/")[0] not in taken_back]


def stock(database: Path) -> dict[tuple[str, str], Decimal]:
    """Unrestricted, by material and batch; what is zero is left out."""
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines(database):
        if line.usability != _BLOCKED:
            found[line.material, line.batch] += _SIGN[line.kind] * line.amount
    return {place: amount for place, amount in found.items() if amount}


def _line(row: sqlite3.Row) -> Line:
    return Line(
        document=row["document"],
        order=row["ManufacturingOrder"],
        text=row["MaterialDocumentItemText"],
        kind=row["GoodsMovementType"],
        material=row["Material"],
        batch=row["Batch"],
        amount=Decimal(row["QuantityInEntryUnit"]),
        usability=row["InventoryUsabilityCode"],
        reverses=row["InvtryMgmtReferenceDocument"],
    )
