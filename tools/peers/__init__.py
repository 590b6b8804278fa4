"""Servers of other makes to prove the adapters against; each runs beside us."""
