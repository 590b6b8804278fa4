"""Acceptance: what a business transaction hands to a lane commits with it, and has its place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from psycopg.errors import UniqueViolation

from services.kit.errors import ConflictError, InvalidError
from services.kit.signals import carrier
from services.kit.store import Work

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Posting:
    """What shall reach `system`, in the order of its (system, key), once per reference."""

    system: str
    key: str
    reference: str
    kind: str
    payload: bytes
    traceparent: str = ""
    aside: str = ""

    @property
    def content_hash(self) -> bytes:
        """Two acceptances of one reference must agree on this."""
        return sha256(f"{self.key}\0{self.kind}\0".encode() + self.payload).digest()


def accept(  # noqa: PLR0913 - a posting, spelled out
    work: Work,
    system: str,
    key: str,
    reference: str,
    kind: str,
    payload: bytes,
    *,
    aside: str = "",
) -> None:
    """Queue a posting with this transaction; the same reference and content again is the first one.

    With a reason `aside` it waits, and holds nothing up, until lanes.aside lets it go.

    Raises InvalidError on an empty system, key or reference. Another content under a known
    reference raises ConflictError when the transaction commits.
    """
    for name, value in (("system", system), ("key", key), ("reference", reference)):
        if not value:
            raise InvalidError(f"a posting needs its {name}", field=name)
    Intake.of(work).add(Posting(system, key, reference, kind, payload, carrier(), aside))


@dataclass
class Intake:
    """The postings of one transaction, written once, just before it commits."""

    work: Work
    postings: dict[Key, Posting] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Work) -> "Intake":
        """The one of this transaction."""
        intake = work.parts.get(Intake)
        if not isinstance(intake, Intake):
            intake = work.parts[Intake] = cls(work)
        return intake

    def add(self, posting: Posting) -> None:
        """Keep it until the commit."""
        if not self.postings:
            self.work.before_commit(self.flush)
        first = self.postings.setdefault((posting.system, posting.reference), posting)
        if first.content_hash != posting.content_hash:
            raise _other_content(posting)

    async def flush(self) -> None:
        """Lock the keys (sorted), leave out what was accepted before, append the rest."""
        postings, self.postings = list(self.postings.values()), {}
        heads = await self.lock({(posting.system, posting.key) for posting in postings})
        known = await self._known(postings)
        new = [posting for posting in postings if _is_new(posting, known)]
        if new:
            await self._append(new, self.place(new, heads))

    async def lock(self, keys: Iterable[Key]) -> dict[Key, int]:
        """The last position of each key; nobody else appends to it until we commit."""
        ordered = sorted(keys)
        rows = await self.work.sql(
            "INSERT INTO lane_key AS k (system, key, position)"
            " SELECT s, y, 0 FROM unnest(%s::text[], %s::text[]) AS t(s, y)"
            " ON CONFLICT (system, key) DO UPDATE SET position = k.position"
            " RETURNING system, key, position",
            ([system for system, _ in ordered], [key for _, key in ordered]),
        )
        return {(system, key): position for system, key, position in rows}

    def place(self, postings: Sequence[Posting], heads: dict[Key, int]) -> list[int]:
        """Positions without a gap after the heads, under their locks."""
        positions = []
        for posting in postings:
            heads[posting.system, posting.key] += 1
            positions.append(heads[posting.system, posting.key])
        return positions

    async def _known(self, postings: Sequence[Posting]) -> dict[Key, bytes]:
        rows = await self.work.sql(
            "SELECT system, reference, content_hash FROM lane_entry"
            " JOIN unnest(%s::text[], %s::text[]) AS t(system, reference)"
            "  USING (system, reference)",
            ([p.system for p in postings], [p.reference for p in postings]),
        )
        return {(system, reference): bytes(hash) for system, reference, hash in rows}

    async def _append(self, postings: Sequence[Posting], positions: Sequence[int]) -> None:
        counts = Counter((posting.system, posting.key) for posting in postings)
        try:
            await self.work.sql(
                "WITH moved AS (UPDATE lane_key k SET position = k.position + t.n"
                "  FROM unnest(%s::text[], %s::text[], %s::int[]) AS t(s, y, n)"
                "  WHERE k.system = t.s AND k.key = t.y)"
                " INSERT INTO lane_entry"
                "  (system, key, position, reference, kind, payload, content_hash, traceparent,"
                "  aside)"
                " SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[],"
                "  %s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[])",
                (
                    [system for system, _ in counts],
                    [key for _, key in counts],
                    list(counts.values()),
                    [posting.system for posting in postings],
                    [posting.key for posting in postings],
                    list(positions),
                    [posting.reference for posting in postings],
                    [posting.kind for posting in postings],
                    [posting.payload for posting in postings],
                    [posting.content_hash for posting in postings],
                    [posting.traceparent for posting in postings],
                    [posting.aside for posting in postings],
                ),
            )
        except UniqueViolation as error:
            raise ConflictError(
                "a reference was accepted under another key at the same moment",
                code="reference_taken",
                field="reference",
            ) from error


def _is_new(posting: Posting, known: dict[Key, bytes]) -> bool:
    hash = known.get((posting.system, posting.reference))
    if hash is not None and hash != posting.content_hash:
        raise _other_content(posting)
    return hash is None


def _other_content(posting: Posting) -> ConflictError:
    return ConflictError(
        f"{posting.reference} was accepted for {posting.system} with other content",
        code="reference_taken",
        field="reference",
        hint="correct a posting with a new reference, never by changing an accepted one",
    )
