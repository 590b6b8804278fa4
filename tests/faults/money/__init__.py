"""Faults while erp books what the warehouse moved."""
