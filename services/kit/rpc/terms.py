"""What both ends of a call agree on."""

LARGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes; a page of 200 rows has 20 kB a row."""

ON_BEHALF_OF = "on-behalf-of"
"""Metadata of a delegate: the subject for whom it acts, percent-encoded."""
