"""The elector's lease as a Lease of a Kubernetes cluster.

`leaseTransitions` is the epoch. Every write names the resourceVersion it was based on, and the API
server refuses it when the object has moved since. The times in it are for people; nobody judges by
them. A Lease that is not there is not free: somebody may have deleted it under a leader, so that a
contender lets the takeover pass before it makes another.
Source: Kubernetes API, coordination.k8s.io/v1 Lease.
"""

from datetime import datetime

from services.kit.clock import Clock
from services.kit.cluster import MERGE, Cluster, Json, Request
from services.kit.elector import Seen
from services.kit.errors import ConflictError, DomainError, NotFoundError, UnavailableError

_ABSENT = Seen(0, "", free=False)
_SHOWN_SECONDS = 4


class LeaseObject:
    """A Lease over the object `namespace`/`name`, with a client of its own."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, clock: Clock) -> None:
        self.name = name
        self._cluster = cluster
        self._clock = clock
        self._folder = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._mine: Json = {}

    async def read(self) -> Seen:
        """As it is now; one that is absent stands still like any other."""
        found = await self._find()
        if found is None:
            return _ABSENT
        spec = found.get("spec") or {}
        # Who made it by hand released nothing: only a lease that was held can be given back.
        released = not spec.get("holderIdentity") and "renewTime" in spec
        return Seen(_epoch(found), found["metadata"]["resourceVersion"], free=released)

    async def take(self, seen: Seen, holder: str, above: int = 0) -> int | None:
        """Begin a term if nothing moved since `seen`; a request that is late changes nothing."""
        epoch = max(seen.epoch, above) + 1
        now = self._now()
        spec = {
            "holderIdentity": holder,
            "leaseDurationSeconds": _SHOWN_SECONDS,
            "leaseTransitions": epoch,
            "acquireTime": now,
            "renewTime": now,
        }
        written = await self._create(spec) if seen == _ABSENT else await self._write(seen, spec)
        if not written:
            return None
        self._mine = written
        return epoch

    async def renew(self, epoch: int) -> bool:
        """Beat once; False when another term has begun, or the object is another."""
        return await self._rewrite(epoch, {"renewTime": self._now()})

    async def release(self, epoch: int) -> None:
        """Leave it free for the next contender."""
        await self._rewrite(epoch, {"holderIdentity": "", "renewTime": self._now()})

    async def drop(self) -> None:
        """Close the connections; the next call opens another."""
        await self._cluster.close()

    async def _rewrite(self, epoch: int, spec: Json) -> bool:
        """Change what is ours; False when it is not any more."""
        if not self._mine or _epoch(self._mine) != epoch:
            return False
        if written := await self._patch(self._mine["metadata"], spec):
            self._mine = written
            return True
        # Somebody else wrote, or we did and the answer was lost: what is there tells.
        found = await self._find()
        if found is None or not self._is_ours(found, epoch):
            return False
        self._mine = found
        if written := await self._patch(found["metadata"], spec):
            self._mine = written
            return True
        raise UnavailableError("the Lease moves faster than it can be renewed")

    def _is_ours(self, found: Json, epoch: int) -> bool:
        same = found["metadata"]["uid"] == self._mine["metadata"]["uid"]
        holder = self._mine["spec"]["holderIdentity"]
        now = (found.get("spec") or {}).get("holderIdentity")
        return same and _epoch(found) == epoch and now == holder

    async def _find(self) -> Json | None:
        try:
            return await self._ask("GET", f"{self._folder}/{self.name}")
        except NotFoundError:
            return None

    async def _create(self, spec: Json) -> Json:
        """It; nothing when somebody was faster."""
        body = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self.name, "labels": {"app.kubernetes.io/part-of": "plantmesh"}},
            "spec": spec,
        }
        try:
            return await self._ask("POST", self._folder, body)
        except ConflictError:
            return {}

    async def _write(self, seen: Seen, spec: Json) -> Json:
        return await self._patch({"resourceVersion": seen.beat}, spec)

    async def _patch(self, was: Json, spec: Json) -> Json:
        """As it is after the change; nothing when it was not as it `was`, or is gone."""
        precondition = {key: was[key] for key in ("uid", "resourceVersion") if key in was}
        body = {"metadata": precondition, "spec": spec}
        try:
            return await self._ask("PATCH", f"{self._folder}/{self.name}", body)
        except (ConflictError, NotFoundError):
            return {}

    async def _ask(self, method: str, path: str, body: Json | None = None) -> Json:
        kind = MERGE if method == "PATCH" else "application/json"
        try:
            return await self._cluster.ask(Request(method, path, body, kind=kind))
        except (ConflictError, NotFoundError, UnavailableError):
            raise
        except DomainError as error:
            # A right that was taken away may come back; until then nobody is renewed.
            raise UnavailableError(f"the cluster refuses: {error}", code=error.code) from error

    def _now(self) -> str:
        return _micro(self._clock.now())


def _epoch(found: Json) -> int:
    return int((found.get("spec") or {}).get("leaseTransitions") or 0)


def _micro(moment: datetime) -> str:
    """Six digits always: the server's MicroTime takes no fewer."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
