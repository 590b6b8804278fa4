"""mock-sap 0.22 as a peer (MIT): OData V2 as SAP's Gateway speaks it, with an annex of ours.

It serves material documents for purchase orders only, and neither production orders, batches,
stock nor rules; `scripts/annex` adds these to the same process.
"""
