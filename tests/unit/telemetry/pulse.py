"""A collector's pulse that a test sets."""

from dataclasses import dataclass


@dataclass
class Pulse:
    """ports.Heartbeat, as it is set."""

    heard: bool = True
