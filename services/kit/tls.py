"""Who we are to other processes and whom we believe: TLS material in files that are renewed.

A certificate lasts days and a process longer, so a gRPC server looks at its files at every
handshake, a client before a call and the graph's port every few seconds. Files that change while
they are read are read at the next look: a key never meets another's certificate.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from services.kit.clock import Clock, SystemClock

LOOK_SECONDS = 5.0
"""Seconds between two looks of whoever is not told of a handshake."""


class Material(NamedTuple):
    """PEM: our certificate with its chain, its key, and the authorities that we believe."""

    cert: bytes
    key: bytes
    ca: bytes


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the material is; as cert-manager writes a Secret: tls.crt, tls.key, ca.crt."""

    cert: Path
    key: Path
    ca: Path

    def read(self) -> Material | None:
        """As it is now; None while somebody writes it. Raises OSError when a file is missing."""
        before = self._stamp()
        found = Material(self.cert.read_bytes(), self.key.read_bytes(), self.ca.read_bytes())
        return found if self._stamp() == before else None

    def check(self) -> None:
        """Raises OSError (ssl.SSLError) unless the key is the certificate's and all is PEM."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        context.load_verify_locations(self.ca)

    def _stamp(self) -> list[tuple[int, int]]:
        stats = [path.stat() for path in (self.cert, self.key, self.ca)]
        return [(each.st_ino, each.st_mtime_ns) for each in stats]


class Renewed:
    """The material last read; raises OSError at first sight of files that are not there."""

    def __init__(self, files: TlsFiles, *, clock: Clock | None = None, every: float = 0.0) -> None:
        first = files.read()
        while first is None:
            first = files.read()
        self.now = first
        self._files = files
        self._clock = clock or SystemClock()
        self._every = every
        self._looked = self._clock.monotonic()

    def look(self) -> bool:
        """Whether there is other material than before; what cannot be read changes nothing."""
        if self._clock.monotonic() - self._looked < self._every:
            return False
        self._looked = self._clock.monotonic()
        try:
            found = self._files.read()
        except OSError:
            return False
        if found is None or found == self.now:
            return False
        self.now = found
        return True
