"""Faults between the real erp service and a real ledger; its journal is the judge."""
