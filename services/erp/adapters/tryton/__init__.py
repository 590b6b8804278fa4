"""The adapter toward Tryton 8.2, over its JSON-RPC."""

from services.erp.adapters.tryton.erp import TrytonErp

__all__ = ["TrytonErp"]
