"""The ERP service's database: one repository a module, each used inside a unit of work."""

from services.erp.ports import Books
from services.erp.store.commercial import SqlCommercialOrders
from services.erp.store.finance import sql_accounts
from services.erp.store.holds import SqlHolds
from services.erp.store.master import CopiedCodes, CopiedPlants, SqlSystems
from services.erp.store.orders import SqlOrders
from services.erp.store.postings import SqlPostings


def sql_books() -> Books:
    """All repositories; they work in whatever unit of work is open."""
    return Books(
        SqlOrders(),
        SqlPostings(),
        SqlHolds(),
        SqlSystems(),
        CopiedPlants(),
        CopiedCodes(),
        sql_accounts(),
        SqlCommercialOrders(),
    )
