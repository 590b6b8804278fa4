"""What a service needs of the audit, by its settings: the sealing part and the gRPC face."""

from datetime import timedelta

from redis.asyncio import Redis

from services.kit.audit.anchor import Anchor, FileAnchor, StreamAnchor
from services.kit.audit.archive import Archive
from services.kit.audit.archivist import Archivist
from services.kit.audit.keeper import Keeper
from services.kit.audit.keys import Keyring, SigningKey
from services.kit.audit.schedule import Schedule
from services.kit.audit.sealer import Sealer
from services.kit.audit.servicer import AuditServicer
from services.kit.audit.verify import Verifier
from services.kit.audit.watch import Watch
from services.kit.errors import UnavailableError
from services.kit.rounds import Rounds
from services.kit.settings import ServiceSettings
from services.kit.store import Store

_REMIND_SECONDS = 3600.0


class Office:
    """Of the service `name`; `redis` is a client of its own for the stream of anchors."""

    def __init__(self, name: str, store: Store, settings: ServiceSettings, redis: "Redis") -> None:
        secret = settings.audit_key
        self._name = name
        self._store = store
        self._instance = settings.instance
        self._key = SigningKey.read(secret.get_secret_value()) if secret else None
        self._keyring = Keyring.read(self._key, settings.audit_former_keys)
        self.withheld: dict[str, str] = {}
        self._anchors: list[Anchor] = [StreamAnchor(redis, f"plantmesh.{name}.audit")]
        if settings.audit_anchor is not None:
            self._anchors.append(FileAnchor(settings.audit_anchor))
        self._archivist = None
        if settings.audit_archive is not None:
            archive = Archive(settings.audit_archive, name)
            self._archivist = Archivist(store, self._keyring, self._anchors, archive)
        days = settings.audit_kept_days
        self._kept = timedelta(days=days) if days else None
        self._verified_hours = settings.audit_verified_hours

    def part(self) -> Keeper | Rounds:
        """Seals; without a key it only says that nothing is sealed."""
        if self._key is None:
            return Rounds(_remind, seconds=_REMIND_SECONDS)
        sealer = Sealer(self._store, self._name, self._key)
        keeper = Keeper(self._store, sealer, self._anchors, self._instance)
        if self._archivist:
            keeper.retention = Schedule(self._archivist, self._kept)
        keeper.watch = Watch(self._store, self._verified_hours)
        return keeper

    def servicer(self) -> AuditServicer:
        """Shows, verifies, exports and prunes."""
        verifier = Verifier(self._name, self._keyring)
        return AuditServicer(self._store, verifier, self._anchors, self.withheld, self._archivist)


async def _remind() -> None:
    raise UnavailableError("PLANTMESH_AUDIT_KEY is not set: audit rows are not sealed")
