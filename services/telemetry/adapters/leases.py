"""Where the replicas of a collector elect: in the hub's database, or in their cluster."""

from dataclasses import dataclass
from pathlib import Path

from services.kit.clock import Clock
from services.kit.cluster import Cluster
from services.kit.elector import Lease
from services.kit.lease import LeaseRow
from services.kit.lease_object import LeaseObject
from services.kit.store import Store


@dataclass(frozen=True, slots=True)
class Ballot:
    """A lease's `name`, and for a Lease of Kubernetes its `namespace` ("" = the database).

    Without `kubeconfig` the pod's service account speaks.
    """

    name: str
    namespace: str = ""
    kubeconfig: Path | None = None


async def open_lease(ballot: Ballot, store: Store, clock: Clock) -> Lease:
    """That lease; raises InvalidError when we cannot say who we are in the cluster."""
    if not ballot.namespace:
        return LeaseRow(store, ballot.name)
    given = ballot.kubeconfig
    cluster = await Cluster.of_file(given) if given else Cluster.of_pod()
    return LeaseObject(cluster, ballot.namespace, ballot.name, clock)
