"""Faults of the workflow executors: the peers' own books are the judge."""
