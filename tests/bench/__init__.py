"""Ratios of one run; absolute times are for people."""
