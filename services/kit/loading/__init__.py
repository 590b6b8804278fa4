"""Files that take a running plant over: repeatable, batch by batch, beside live changes.

    SHEET = Sheet(("plant", "item_no", "quantity", "quantity_unit", "as_of"), _read, str)
    report = await load(store, Kind(SHEET, apply, compare, page), file)

A service says how a row reads (Sheet), what it does (Apply: some hundred rows in the ambient unit
of work, all or none, a verdict each) and how it compares. The rest is here: the upload and its
bounds, the rehearsal, a transaction a batch, what became of every row.
"""

from services.kit.loading.cells import Cells
from services.kit.loading.sheet import Given, Sheet
from services.kit.loading.takeover import Kind, load, rehearse, take_stock
from services.kit.loading.verdict import Outcome, Report, Verdict

__all__ = [
    "Cells",
    "Given",
    "Kind",
    "Outcome",
    "Report",
    "Sheet",
    "Verdict",
    "load",
    "rehearse",
    "take_stock",
]
