"""The adapter toward the embedded ledger."""

from services.erp.adapters.ledger.erp import LedgerErp

__all__ = ["LedgerErp"]
