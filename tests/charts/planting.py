"""A small release written by hand, sound in every way, and how a test spoils one thing of it."""

from copy import deepcopy
from typing import Any

import yaml

from tools.charts.checks.finding import Finding
from tools.charts.checks.judge import judge
from tools.charts.checks.manifests import Document

EXISTING = ("mes-secret",)

_SAME = {
    "LOCKED": "{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true,"
    " capabilities: {drop: [ALL]}}",
    "MEASURED": "{requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}",
    "NAMES": "[{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]",
    "OUTSIDE": "[{port: 5432}, {port: 6379}, {port: 443}]",
}
_SOUND = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: mes, labels: {component: mes}}
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mes, labels: {component: mes}}
spec:
  selector: {matchLabels: {component: mes}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {component: mes}}
    spec:
      serviceAccountName: mes
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: mes
          image: registry.example/plantmesh/mes:0.1.0
          securityContext: LOCKED
          env:
            - {name: PLANTMESH_BIND, value: "0.0.0.0"}
            - {name: PLANTMESH_GRPC_PORT, value: "50051"}
            - {name: PLANTMESH_HEALTH_PORT, value: "8081"}
            - name: PGPASSWORD
              valueFrom: {secretKeyRef: {name: mes-secret, key: database-password}}
            - name: PLANTMESH_DATABASE_URL
              value: postgresql://mes@db.example:5432/mes?sslmode=verify-full
            - {name: PLANTMESH_REDIS_URL, value: "rediss://redis.example:6379/0"}
            - {name: PLANTMESH_JWKS_URL, value: "https://id.example/keys"}
            - {name: PLANTMESH_ISSUER, value: "https://id.example"}
            - name: PLANTMESH_CLIENT_SECRET
              valueFrom: {secretKeyRef: {name: mes-secret, key: client-secret}}
            - name: PLANTMESH_REFERENCE_ADDRESS
              value: dns:///reference.plant.svc.cluster.local:50051
          ports:
            - {name: grpc, containerPort: 50051}
            - {name: health, containerPort: 8081}
          readinessProbe: {grpc: {port: 8081, service: readiness}}
          resources: MEASURED
          volumeMounts: [{name: tmp, mountPath: /tmp}]
      volumes: [{name: tmp, emptyDir: {}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: reference, labels: {component: reference}}
spec:
  replicas: 2
  selector: {matchLabels: {component: reference}}
  template:
    metadata: {labels: {component: reference}}
    spec:
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: reference
          image: registry.example/plantmesh/reference:0.1.0
          securityContext: LOCKED
          env:
            - {name: PLANTMESH_BIND, value: "0.0.0.0"}
            - {name: PLANTMESH_GRPC_PORT, value: "50051"}
            - name: PLANTMESH_DATABASE_URL
              value: postgresql://reference@db.example:5432/reference
            - {name: PLANTMESH_REDIS_URL, value: "rediss://redis.example:6379/0"}
            - {name: PLANTMESH_JWKS_URL, value: "https://id.example/keys"}
            - {name: PLANTMESH_ISSUER, value: "https://id.example"}
          ports: [{name: grpc, containerPort: 50051}]
          resources: MEASURED
---
apiVersion: v1
kind: Service
metadata: {name: reference, labels: {component: reference}}
spec:
  clusterIP: None
  selector: {component: reference}
  ports: [{name: grpc, port: 50051, targetPort: grpc}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: reference}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {component: reference}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: mes}
spec:
  minReplicas: 2
  maxReplicas: 4
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: mes}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mes}
spec:
  podSelector: {matchLabels: {component: mes}}
  policyTypes: [Ingress, Egress]
  egress:
    - ports: NAMES
    - ports: OUTSIDE
    - to: [{podSelector: {matchLabels: {component: reference}}}]
      ports: [{port: 50051}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: reference}
spec:
  podSelector: {matchLabels: {component: reference}}
  policyTypes: [Ingress, Egress]
  ingress:
    - from: [{podSelector: {matchLabels: {component: mes}}}]
      ports: [{port: grpc}]
  egress:
    - ports: NAMES
    - ports: OUTSIDE
---
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation
spec:
  template:
    metadata: {labels: {component: migrate}}
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
      containers:
        - name: mes
          image: registry.example/plantmesh/mes:0.1.0
          command: [python, -m, services.kit.migrate, mes]
          securityContext: LOCKED
          env:
            - name: PLANTMESH_DATABASE_URL
              valueFrom: {secretKeyRef: {name: mes-secret, key: url}}
          resources: MEASURED
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: migrate}
spec:
  podSelector: {matchLabels: {component: migrate}}
  policyTypes: [Ingress, Egress]
  egress:
    - ports: NAMES
    - ports: [{port: 5432}]
"""


def _written() -> list[Document]:
    text = _SOUND
    for word, meaning in _SAME.items():
        text = text.replace(word, meaning)
    return list(yaml.safe_load_all(text))


_DOCUMENTS = _written()


class Release:
    """The documents of the release; `at` and `drop` spoil one place, `told` says what is found."""

    def __init__(self) -> None:
        self.documents: list[Document] = deepcopy(_DOCUMENTS)

    def get(self, title: str) -> Document:
        """The document called "Kind/name"."""
        kind, name = title.split("/")
        [found] = [
            each
            for each in self.documents
            if each["kind"] == kind and each["metadata"]["name"] == name
        ]
        return found

    def at(self, title: str, path: str, value: Any) -> "Release":
        """Set the value at a path such as "spec.ports.0.port"; None removes it."""
        *steps, last = path.split(".")
        place: Any = self.get(title)
        for step in steps:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        key: Any = int(last) if isinstance(place, list) else last
        if value is None:
            del place[key]
        elif isinstance(place, list) and key == len(place):
            place.append(value)
        else:
            place[key] = value
        return self

    def add(self, text: str) -> "Release":
        """One more document."""
        self.documents.append(yaml.safe_load(text))
        return self

    def drop(self, title: str) -> "Release":
        """One document less."""
        self.documents.remove(self.get(title))
        return self

    def told(self) -> list[Finding]:
        """What the checks say."""
        return judge(self.documents, EXISTING)
