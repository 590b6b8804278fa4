"""Faults while changes are sealed."""
