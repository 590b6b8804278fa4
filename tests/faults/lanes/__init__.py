"""Faults between us and an outside system: its journal is judged, in the order things arrived."""
