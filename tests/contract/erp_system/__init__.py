"""What every ErpSystem must do. An adapter joins by subclassing and naming its fixtures.

The judge is never the adapter: what was booked is read from the ERP's own books.
"""

from tests.contract.erp_system.answers import AnswerContract
from tests.contract.erp_system.commercial import CommercialContract
from tests.contract.erp_system.orders import OrderContract
from tests.contract.erp_system.postings import PostingContract
from tests.contract.erp_system.stage import Stage, Trouble


class ErpSystemContract(PostingContract, AnswerContract, OrderContract, CommercialContract):
    """Fixtures: `erp` is the adapter, `stage` the other side of the same ERP, with order 4711."""


__all__ = ["ErpSystemContract", "Stage", "Trouble"]
