"""Faults on real processes: what is accepted is neither lost, nor repeated, nor out of order."""
