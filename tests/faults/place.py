"""Where one run happens: its two databases, its broker and its folder; travels to every role."""

from dataclasses import dataclass
from pathlib import Path

from services.kit.backbone.topic import Topic
from tests.faults.counters import Counters

TOPIC = Topic(name="plantmesh.faults", partitions=4)
SUBSCRIBER = "reader"


@dataclass(frozen=True)
class Place:
    """URLs of the publishing service's database, the subscriber's, and the broker between them."""

    owner: str
    reader: str
    broker: str
    folder: Path

    @property
    def counters(self) -> Counters:
        """The run's counts."""
        return Counters(self.folder / "counters")

    @property
    def mended(self) -> Path:
        """Exists once what poisoned the handler is repaired."""
        return self.folder / "mended"

    @property
    def slow(self) -> Path:
        """Exists while the handler takes its time."""
        return self.folder / "slow"

    def acked(self, role: str) -> Path:
        """The ids whose commit this producer saw, a line each."""
        return self.folder / f"acked.{role}"

    def errors(self, role: str) -> Path:
        """Why this role ended by itself."""
        return self.folder / f"errors.{role}"
