"""Every noun of the canonical core; a new read, event or root of the graph needs a row here."""

from tools.nouns.table.erp import ERP
from tools.nouns.table.mes import MES
from tools.nouns.table.others import OTHERS
from tools.nouns.table.quality import QUALITY
from tools.nouns.table.reference import REFERENCE
from tools.nouns.table.wms import WMS

NOUNS = (*ERP, *MES, *WMS, *QUALITY, *REFERENCE, *OTHERS)
ASIDE = {"erp.ErpReadingService.ListErpPlants": "an ERP is asked for its own, to compare with ours"}
"""Reads that are of no noun of ours, and what they are for."""
