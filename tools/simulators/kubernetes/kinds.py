"""The kinds that this server knows, by the path they are served under."""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind; `prefix` and `plural` are of its path."""

    prefix: str
    plural: str
    name: str
    scales: bool = False

    @property
    def version(self) -> str:
        """As objects name it: v1, apps/v1."""
        return self.prefix.removeprefix("/apis/").removeprefix("/api/")


KINDS = (
    Kind("/api/v1", "pods", "Pod"),
    Kind("/api/v1", "services", "Service"),
    Kind("/api/v1", "configmaps", "ConfigMap"),
    Kind("/api/v1", "secrets", "Secret"),
    Kind("/api/v1", "events", "Event"),
    Kind("/api/v1", "serviceaccounts", "ServiceAccount"),
    Kind("/api/v1", "persistentvolumeclaims", "PersistentVolumeClaim"),
    Kind("/apis/apps/v1", "deployments", "Deployment", scales=True),
    Kind("/apis/apps/v1", "statefulsets", "StatefulSet", scales=True),
    Kind("/apis/apps/v1", "replicasets", "ReplicaSet"),
    Kind("/apis/batch/v1", "jobs", "Job"),
    Kind("/apis/autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"),
    Kind("/apis/policy/v1", "poddisruptionbudgets", "PodDisruptionBudget"),
    Kind("/apis/networking.k8s.io/v1", "networkpolicies", "NetworkPolicy"),
    Kind("/apis/coordination.k8s.io/v1", "leases", "Lease"),
)
BY_PLURAL = {kind.plural: kind for kind in KINDS}
