"""A seal: rows first to last of a partition, bound to the seal before it, signed."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from services.kit.audit.encoding import DIGEST, frame
from services.kit.store import Row

COLUMNS = (
    "partition, no, service, first_seq, last_seq, sealed_at, key_id, previous, digests, signature"
)
_TAG = b"plantmesh.audit.seal.1"


@dataclass(frozen=True, slots=True)
class Seal:
    """`digests` are the rows' digests, 32 bytes each, in the order of their sequence."""

    partition: int
    no: int
    service: str
    first_seq: int
    last_seq: int
    sealed_at: datetime
    key_id: str
    previous: bytes
    digests: bytes
    signature: bytes = b""

    @classmethod
    def read(cls, row: Row) -> "Seal":
        """From COLUMNS."""
        return cls(*row)

    @property
    def content(self) -> bytes:
        """What is signed."""
        return frame(
            (
                _TAG,
                self.service,
                self.partition,
                self.no,
                self.first_seq,
                self.last_seq,
                self.sealed_at,
                self.key_id,
                self.previous,
                sha256(self.digests).digest(),
            )
        )

    @property
    def head(self) -> bytes:
        """What the next seal and the anchors bind themselves to."""
        return sha256(self.content + self.signature).digest()

    @property
    def end(self) -> "Head":
        """The chain's end while it is the last one."""
        return Head(self.partition, self.no, self.last_seq, self.head)

    @property
    def counts(self) -> bool:
        """Whether it has a digest for each of its rows."""
        return len(self.digests) == DIGEST * (self.last_seq - self.first_seq + 1)

    def digest(self, seq: int) -> bytes:
        """Of the row at `seq`."""
        at = DIGEST * (seq - self.first_seq)
        return self.digests[at : at + DIGEST]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a partition's chain ends: its last seal, its last row, and what binds both."""

    partition: int
    no: int = 0
    last_seq: int = 0
    head: bytes = b""
