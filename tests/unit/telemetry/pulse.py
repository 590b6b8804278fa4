"""A collectors' pulse that a test sets."""

from dataclasses import dataclass, field


@dataclass
class Pulse:
    """ports.Heartbeat: every plant is heard of that is not `silent`."""

    silent: set[str] = field(default_factory=set)

    def heard(self, plant: str) -> bool:
        """As it is set."""
        return plant not in self.silent
