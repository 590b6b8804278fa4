"""Machines, what they count and how far that can be relied on. Pure."""
