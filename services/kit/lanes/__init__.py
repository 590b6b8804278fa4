"""Lanes: the only way out to another system; a durable queue per (system, business key)."""
