"""Which certificate a server may show: the pinned one, else the one it showed first."""

from services.kit.errors import UnavailableError
from services.telemetry.adapters.opcua.certificate import Identity, write_private
from services.telemetry.adapters.sources import Source


class Trust:
    """What a source's server is known by, kept beside our own certificate."""

    def __init__(self, source: Source, identity: Identity) -> None:
        self._source = source
        self._path = identity.certificate.parent / "trusted" / f"{source.name}.der"

    @property
    def pinned(self) -> str | None:
        """The path of the only certificate accepted; None where the first one shown is."""
        return str(self._source.server_certificate or "") or None

    def check(self, shown: bytes) -> None:
        """Raises UnavailableError when another certificate (DER) was shown before."""
        if self.pinned or shown == self._known():
            return
        if self._known() is not None:
            raise UnavailableError(
                f"{self._source.name}: {self._source.endpoint} shows another certificate than"
                " before",
                code="server_certificate_changed",
                field="server_certificate",
                hint=f"if the server was given a new one, remove {self._path}",
            )

    def remember(self, shown: bytes) -> None:
        """The server has shown that the key of this certificate (DER) is its own."""
        if not self.pinned and self._known() is None:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            write_private(self._path, shown)

    def _known(self) -> bytes | None:
        return self._path.read_bytes() if self._path.exists() else None
