"""The plant's ERP in the story: one of several makes, with the same part to play."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tools.demo.erp.ledger import Ledger
from tools.demo.erp.port import Erp
from tools.demo.erp.tryton import Tryton

ERPS: Mapping[str, Callable[[Path], Erp]] = {"ledger": Ledger, "tryton": Tryton}
"""By the name that the command line takes; each keeps its things under a root."""
