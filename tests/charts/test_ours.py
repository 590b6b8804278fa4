"""Manifests against our own code: settings, edges, images, signals; each mistake planted."""

from typing import Any

import pytest

from tests.charts.planting import Release

MES, POD = "Deployment/mes", "spec.template.spec"
BOX = f"{POD}.containers.0"
POLICY, CALLED = "NetworkPolicy/mes", "NetworkPolicy/reference"
TOLD = {"name": "PLANTMESH_SURPRISE", "value": "1"}

MISTAKEN: list[tuple[str, str, Any, str]] = [
    # What a program is told.
    (MES, f"{BOX}.env.9", None, "is missing"),
    (MES, f"{BOX}.env.8", None, "is missing"),
    (MES, f"{BOX}.env.10", TOLD, "is no setting of this program"),
    (MES, f"{BOX}.env.10", {"name": "PLANTMESH_LOG_LEVEL", "value": "loud"}, "is refused"),
    (MES, f"{BOX}.env.10", {"name": "PLANTMESH_AUDIT_FORMER_KEYS", "value": "a"}, "is not JSON"),
    (MES, f"{BOX}.env.10", {"name": "PLANTMESH_ISSUER", "value": "x"}, "is listed twice"),
    (MES, f"{BOX}.env.5.value", "redis://:$(WORD)@redis.example:6379", "not set before it is used"),
    (MES, f"{BOX}.env.1.value", "50052", "no container declares 50052"),
    (MES, f"{BOX}.ports.2", {"name": "http", "containerPort": 8080}, "nothing opens it"),
    (MES, f"{BOX}.env.0.value", "127.0.0.1", "the loopback alone"),
    (MES, f"{POD}.terminationGracePeriodSeconds", 20, "may take 20 s to drain"),
    (MES, f"{BOX}.command", ["python", "-m", "services.nobody"], "no program that is known"),
    ("Job/migrate", f"{BOX}.env.0.name", "PLANTMESH_DATABASE", "is missing"),
    (MES, f"{BOX}.env.4.value", "postgresql://h/m?sslrootcert=/ca/ca.crt", "mounted at /ca/ca.crt"),
    (MES, f"{BOX}.env.10", {"name": "PLANTMESH_AUDIT_ANCHOR", "value": "/var/a"}, "at /var/a"),
    # Edges that are missing, at either end, and edges that nobody needs.
    (POLICY, "spec.egress.0", None, "no egress to port:53"),
    (POLICY, "spec.egress.1.ports.0", None, "no egress to db.example:5432"),
    (POLICY, "spec.egress.1.ports.2", None, "no egress to id.example:443"),
    (POLICY, "spec.egress.2", None, "no egress to reference.plant.svc.cluster.local:50051"),
    (POLICY, "spec.egress.2.ports.0.port", 50052, "no egress to reference"),
    (CALLED, "spec.ingress.0", None, "no ingress from mes on 50051"),
    (CALLED, "spec.ingress.0.ports.0.port", "http", "no ingress from mes on 50051"),
    (POLICY, "spec.egress.1.ports.3", {"port": 4317}, "no setting needs port 4317"),
    (POLICY, "spec.egress.3", {}, "lets everything out"),
    (CALLED, "spec.egress.2", {"to": [{"podSelector": {}}], "ports": [{"port": 50051}]}, "needs"),
    (CALLED, "spec.ingress.1", {"from": [{"podSelector": {}}], "ports": [{"port": 1}]}, "never"),
    (MES, f"{BOX}.env.9.value", "dns:///reference:50052", "asks Service reference for port 50052"),
    # The adapters and machines of a release are outside; nobody else has an open door for them.
    (POLICY, "spec.egress.1.ports.3", {"port": 8443}, "no setting needs port 8443"),
]


@pytest.mark.parametrize(("title", "path", "value", "words"), MISTAKEN)
def test_a_planted_mistake_is_found(title: str, path: str, value: Any, words: str) -> None:
    told = Release().at(title, path, value).told()
    assert any(words in found.message for found in told), told


def test_an_erp_elsewhere_needs_its_adapter() -> None:
    def outside(adapters: str) -> list[str]:
        release = Release().at(MES, f"{BOX}.command", ["python", "-m", "services.erp"])
        release.at(MES, f"{BOX}.env.10", {"name": "PLANTMESH_ADAPTERS", "value": adapters})
        release.at(POLICY, "spec.egress.3", {"ports": [{"port": 8443}]})
        return [found.message for found in release.told()]

    assert outside('["ledger","odata"]') == []
    assert outside('["ledger"]') == ["no setting needs port 8443 there"]


def test_an_erp_elsewhere_needs_an_edge() -> None:
    release = Release().at(MES, f"{BOX}.command", ["python", "-m", "services.erp"])
    release.at(MES, f"{BOX}.env.10", {"name": "PLANTMESH_ADAPTERS", "value": '["odata"]'})
    assert [found.message for found in release.told()] == [
        "no egress of its own for the adapter odata"
    ]


def test_a_file_that_a_volume_does_not_list_is_found() -> None:
    release = Release()
    certificate = {"secretName": "mes-secret", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    release.at(MES, f"{POD}.volumes.1", {"name": "ca", "secret": certificate})
    release.at(MES, f"{BOX}.volumeMounts.1", {"name": "ca", "mountPath": "/ca"})
    path = f"{BOX}.env.4.value"
    url = "postgresql://mes@db.example:5432/mes?sslmode=verify-full&sslrootcert=/ca/"
    assert release.at(MES, path, f"{url}ca.crt").told() == []
    [found] = release.at(MES, path, f"{url}root.crt").told()
    assert found.message == "the volume ca has no file root.crt"


RULES = """
kind: PrometheusRule
apiVersion: monitoring.coreos.com/v1
metadata: {name: alerts}
spec:
  groups:
    - name: one
      rules:
        - {record: "plantmesh:lag:max", expr: "max by (kind) (plantmesh_flow_depth)"}
        - {alert: Lag, expr: 'EXPR'}
"""
BOARD = """
kind: ConfigMap
apiVersion: v1
metadata: {name: board, labels: {grafana_dashboard: "1"}}
data: {board.json: '{"panels": [{"targets": [{"expr": "EXPR"}]}]}'}
"""
SCALER = """
kind: ScaledObject
apiVersion: keda.sh/v1alpha1
metadata: {name: reference}
spec:
  scaleTargetRef: {name: mes}
  triggers: [{type: prometheus, metadata: {query: 'EXPR'}}]
"""
EXPRESSIONS = [
    ("sum by (job) (rate(plantmesh_elector_changes_total[5m])) > 0", ""),
    ("plantmesh:lag:max > 10 and on (namespace) up == 0", ""),
    ("rate(plantmesh_graph_duration_seconds_bucket[$__rate_interval])", ""),
    ("rate(plantmesh_elector_changes[5m])", "nothing exports plantmesh_elector_changes"),
    ("plantmesh_graph_duration_bucket", "nothing exports plantmesh_graph_duration_bucket"),
    ("max by (color) (plantmesh_flow_depth)", "nothing there has the label color"),
    ("plantmesh_flow_depth{topic!=`x`}", "nothing there has the label topic"),
    ("max by (plantmesh_flow_depth", "is no PromQL"),
]


def test_what_a_dashboard_lists_is_exported() -> None:
    def told(query: str) -> list[str]:
        board = BOARD.replace("expr", "query").replace("EXPR", query)
        return [found.message for found in Release().add(board).told()]

    assert told("label_values(plantmesh_flow_depth, kind)") == []
    assert told("label_values(plantmesh_flow_depth, color)") == [
        "nothing there has the label color"
    ]


@pytest.mark.parametrize(("expression", "words"), EXPRESSIONS)
@pytest.mark.parametrize("shape", [RULES, BOARD, SCALER])
def test_expressions_name_what_is_exported(shape: str, expression: str, words: str) -> None:
    if shape is not RULES and "lag:max" in expression:
        words = "nothing exports plantmesh:lag:max"
    release = Release().drop("HorizontalPodAutoscaler/mes")
    told = release.add(shape.replace("EXPR", expression)).told()
    assert [words in found.message for found in told] == [True] * bool(words), told
