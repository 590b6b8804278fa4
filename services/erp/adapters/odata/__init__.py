"""The adapter toward an ERP in the shape of S/4HANA, over OData V2."""

from services.erp.adapters.odata.erp import ODataErp

__all__ = ["ODataErp"]
