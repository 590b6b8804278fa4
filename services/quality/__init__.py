"""Inspection lots, results, dispositions and holds."""
