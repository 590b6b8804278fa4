"""An export: some seals of a chain with their rows, as a file that proves itself.

Gzipped lines of JSON: what it goes on from; each seal, followed by its rows; where it ends, and
what each anchor had been told by then. Bytes are base64, times are ISO 8601. Whoever has the public
keys can compute all of it again (encoding.py says over which bytes) without this service.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from services.kit.audit.encoding import FIELDS
from services.kit.audit.finding import Finding, Flaw
from services.kit.audit.judge import Values, judge_place, judge_rows, judge_seal
from services.kit.audit.keys import Keyring
from services.kit.audit.seal import Head, Seal

LAYOUT = 1


class Begin(msgspec.Struct, tag="begin", frozen=True):
    """Whose chain it is, and the end of what came before."""

    service: str
    after: Head
    layout: int = LAYOUT


class Sealed(msgspec.Struct, tag="seal", frozen=True):
    """Its rows are the lines that follow."""

    seal: Seal


class Kept(msgspec.Struct, tag="row", frozen=True):
    """A row: its place in the chain, then FIELDS in their order."""

    seq: int
    partition: int
    id: int
    at: datetime
    who: str
    via: str
    kind: str
    key: str
    old: str | None
    new: str | None
    reason: str
    service: str
    method: str
    schema_version: int
    mapping_version: int
    correlation: str

    @property
    def values(self) -> Values:
        """What its digest is over."""
        return tuple(getattr(self, name) for name in FIELDS)


class End(msgspec.Struct, tag="end", frozen=True):
    """The end of the chain so far, and the furthest end that each anchor knew."""

    head: Head
    rows: int
    anchored: dict[str, Head]


Line = Begin | Sealed | Kept | End
_lines = msgspec.json.Decoder(Line)


class Draft:
    """A file that is being written; nobody takes it for an export until it is `kept`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw = self.path.open("wb")
        self._file = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, mtime=0)

    def write(self, lines: Iterable[Line]) -> None:
        """The next ones."""
        self._file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))

    def close(self) -> None:
        """All of it is on the disk."""
        self._file.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()

    def keep(self, path: Path) -> None:
        """Under its name, for good."""
        self.path.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@dataclass
class Proof:
    """What a file holds: the chain from `after` to `end`; it proves that where nothing was found.

    `digest` is the SHA-256 of the file; `told` are heads that an anchor was told of, by their seal,
    and `anchored` the last of these that the file bears out.
    """

    name: str
    after: Head
    end: Head
    seals: int = 0
    rows: int = 0
    digest: str = ""
    findings: list[Finding] = field(default_factory=list)
    told: Mapping[int, Head] = field(default_factory=dict)
    anchored: int = 0


def prove(
    path: Path,
    service: str,
    keys: Keyring,
    partition: int,
    told: Mapping[int, Head] | None = None,
) -> Proof:
    """Compute a file again, line by line, and compare it with what an anchor was told."""
    proof = Proof(path.name, Head(partition), Head(partition), told=told or {})
    try:
        with path.open("rb") as file:
            proof.digest = hashlib.file_digest(file, "sha256").hexdigest()
        with gzip.open(path) as unpacked:
            _judge(map(_lines.decode, unpacked), proof, service, keys)
    except FileNotFoundError:
        proof.findings.append(_flaw(proof, Flaw.EXPORT_MISSING, "is not in the archive"))
    except (OSError, EOFError, zlib.error, msgspec.DecodeError) as error:
        proof.findings.append(_flaw(proof, Flaw.EXPORT_EDITED, f"cannot be read: {error}"))
    return proof


def begins_after(path: Path) -> Head:
    """What a file goes on from, by its first line; raises OSError or msgspec.DecodeError."""
    return begin_of(path).after


def begin_of(path: Path) -> Begin:
    """Its first line; raises OSError, EOFError, zlib.error or msgspec.DecodeError."""
    with gzip.open(path) as unpacked:
        return msgspec.json.decode(unpacked.readline(), type=Begin)


def _judge(lines: Iterator[Line], proof: Proof, service: str, keys: Keyring) -> None:
    line = next(lines, None)
    if not isinstance(line, Begin) or line.layout != LAYOUT or line.service != service:
        proof.findings.append(_flaw(proof, Flaw.EXPORT_EDITED, f"is no export of {service}"))
        return
    proof.after = proof.end = line.after
    seal: Seal | None = None
    rows: dict[int, Values] = {}
    for line in lines:
        if isinstance(line, Kept):
            rows[line.seq] = line.values
            continue
        if seal is not None:
            _close(seal, rows, proof)
        seal, rows = None, {}
        if isinstance(line, End):
            _finish(line, next(lines, None), proof)
            return
        if isinstance(line, Sealed):
            seal = line.seal
            proof.findings += judge_seal(seal, service, keys)
            proof.findings += judge_place(seal, proof.end)
    proof.findings.append(_flaw(proof, Flaw.EXPORT_EDITED, "ends in the middle"))


def _close(seal: Seal, rows: Mapping[int, Values], proof: Proof) -> None:
    """With the last of its rows."""
    proof.findings += judge_rows(seal, rows)
    proof.seals += 1
    proof.rows += len(rows)
    proof.end = seal.end
    head = proof.told.get(seal.no)
    if head == proof.end:
        proof.anchored = seal.no
    elif head is not None:
        words = f"has another seal {seal.no} than the anchor was told of"
        proof.findings.append(_flaw(proof, Flaw.FORKED, words))


def _finish(line: End, behind: Line | None, proof: Proof) -> None:
    if behind is not None or (line.head, line.rows) != (proof.end, proof.rows):
        words = "does not end where its last line says"
        proof.findings.append(_flaw(proof, Flaw.EXPORT_EDITED, words))


def _flaw(proof: Proof, flaw: Flaw, words: str) -> Finding:
    return Finding(flaw, proof.end.partition, f"the export {proof.name} {words}", proof.end.no)
