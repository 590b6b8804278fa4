"""The values' schemas: what they take, what they refuse, and that settings classes agree."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from services.kit.settings import ServiceSettings
from tests.charts.examples import EDGE, HUB, examples
from tools.charts.checks.programs import gateway
from tools.charts.render import CHARTS, ChartError, check_values, load, merged, read_values
from tools.mesh.people import SERVICES

DIGEST = "sha256:" + "0" * 64
# What the templates themselves say of every service, from other values or from nothing.
OF_THE_CHART = {
    "instance", "bind", "grpc_port", "graph_port", "health_port", "metrics_port", "database_url",
    "redis_url", "redis_password", "tls_cert", "tls_key", "tls_ca", "jwks_url", "issuer",
    "audience", "client_secret", "token_url",
    "audit_key", "audit_former_keys", "audit_anchor", "audit_archive", "audit_kept_days",
    "audit_verified_hours",
    "otlp_endpoint", "trace_share", "pool_size", "unready_seconds", "drain_seconds", "secrets",
}  # fmt: skip
OF_A_COLLECTOR = {
    "telemetry_sources", "telemetry_folder", "telemetry_buffer", "lease", "lease_name",
    "lease_namespace", "kubeconfig",
}  # fmt: skip
OF_THE_GATEWAY = {
    "instance", "bind", "http_port", "health_port", "subgraphs", "jwks_url", "issuer", "audience",
    "otlp_endpoint", "trace_share", "unready_seconds", "drain_seconds", "tls_cert", "tls_key",
    "tls_ca",
    # Files of its image.
    "supergraph", "operations",
}  # fmt: skip


@cache
def schema(chart: str) -> dict[str, Any]:
    """The schema as it is written."""
    found: dict[str, Any] = json.loads((CHARTS / chart / "values.schema.json").read_text())
    return found


def at(path: str, value: Any) -> dict[str, Any]:
    """{"a": {"b": value}} for "a.b"."""
    for step in reversed(path.split(".")):
        value = {step: value}
    return dict(value)


@pytest.mark.parametrize("example", examples(), ids=str)
def test_examples_are_taken(example: Any) -> None:
    check_values(example.chart, read_values(example.file) if example.file else {})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("global.anything", {"a": 1}),
        ("enabled", True),
        ("image.digests.mes", DIGEST),
        ("defaults.resources.requests.cpu", 2),
        ("components.mes.maxUnavailable", "25%"),
        ("components.process.settings.reconcileAt", "23:59"),
        ("components.erp.egress", [{"to": [{"ipBlock": {"cidr": "::/0"}}], "ports": [443]}]),
        ("networkPolicy.clients", [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]),
    ],
)
def test_these_are_taken(path: str, value: Any) -> None:
    check_values(HUB, at(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("replicas", 3),
        ("components.mess.enabled", True),
        ("components.mes.replica", 3),
        ("components.mes.replicas", "3"),
        ("components.mes.settings.pollSeconds", 3),
        ("components.mes.password", "hunter2"),
        ("components.wms.settings.ssccPrefix.lyon", 3345678),
        ("components.process.settings.reconcileAt", "24:00"),
        ("components.gateway.settings.maxDepth", 0),
        ("components.mes.autoscaling", {"kind": "hpa", "lag": 5}),
        ("components.mes.autoscaling", {"kind": "keda", "cpu": 5, "prometheus": "http://p:9090"}),
        ("components.mes.autoscaling", {"kind": "keda"}),
        ("components.mes.autoscaling", {"kind": "none", "min": 2}),
        ("components.erp.egress", [{"to": [], "ports": [443]}]),
        ("components.erp.egress", [{"to": [{"ipBlock": {"cidr": "1.2.3.4"}}], "ports": [443]}]),
        ("components.erp.egress", [{"to": [{"podSelector": {}}], "ports": [0]}]),
        ("components.mes.egress", [{"to": [{"podSelector": {}}], "ports": [443]}]),
        ("components.mes.resources.limits.memory", "512MB"),
        ("components.mes.unreadySeconds", 61),
        ("components.mes.maxUnavailable", 0),
        ("components.mes.maxUnavailable", "0%"),
        ("database.port", 65536),
        ("database.password", "hunter2"),
        ("tls.certManager.issuerRef", "plantmesh-ca"),
        ("tls.certManager.duration", "90d"),
        ("ingress", {"enabled": True, "existingTlsSecret": "a"}),
        ("ingress.host", "https://graph.example"),
        ("httpRoute", {"enabled": True, "hostnames": ["graph.example"]}),
        ("httpRoute", {"enabled": True, "parentRefs": [{"name": "public"}]}),
        ("database.existingCaSecret", ""),
        ("redis.existingCaSecret", ""),
        ("audit.keptDays", 30),
        ("identity.issuer", "login.example"),
        ("image.tag", "1.0 beta"),
        ("image.digests.mes", "sha256:123"),
        ("migrations.mode", "post-rollback"),
        ("networkPolicy.clients", []),
        ("networkPolicy.clients", [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]),
        ("security.user", 0),
        ("signals.traceShare", 1.5),
        ("monitoring.interval", "15"),
    ],
)
def test_these_are_refused(path: str, value: Any) -> None:
    with pytest.raises(ChartError, match=re.escape(path.split(".")[0])):
        check_values(HUB, at(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("database.sslMode", "require"),
        ("redis.tls", False),
        ("redis.password", False),
        ("audit.sealed", False),
        ("identity.issuer", "http://issuer"),
        ("identity.jwksUrl", "http://issuer/keys"),
        ("networkPolicy.enabled", False),
        ("tls.enabled", False),
    ],
)
@pytest.mark.parametrize("chart", [HUB, EDGE])
def test_production_refuses_what_development_may(chart: str, path: str, value: Any) -> None:
    check_values(chart, {"environment": "development", **at(path, value)})
    with pytest.raises(ChartError, match=path.replace(".", "/")):
        check_values(chart, at(path, value))


def test_production_lets_nobody_in_by_an_ingress_in_the_clear() -> None:
    values = {"ingress": {"enabled": True, "host": "graph.example"}}
    check_values(HUB, {"environment": "development", **values})
    with pytest.raises(ChartError):
        check_values(HUB, values)


def test_production_answers_no_arbitrary_documents() -> None:
    developing = at("components.gateway.settings.development", True)
    check_values(HUB, {"environment": "development", **developing})
    with pytest.raises(ChartError, match="development"):
        check_values(HUB, developing)


def test_both_schemas_mean_the_same_by_the_same_name() -> None:
    hub, edge = schema(HUB)["$defs"], schema(EDGE)["$defs"]
    assert len(hub.keys() & edge.keys()) > 20
    assert {name for name in hub.keys() & edge.keys() if hub[name] != edge[name]} == {"image"}
    assert not re.search(r'"\$ref": "(?!#)', json.dumps([hub, edge]))


@pytest.mark.parametrize("chart", [HUB, EDGE])
def test_every_object_is_closed(chart: str) -> None:
    def open_ones(part: Any, path: str) -> list[str]:
        if isinstance(part, list):
            return [each for below in part for each in open_ones(below, path)]
        if not isinstance(part, dict):
            return []
        mine = "properties" in part and part.get("type") == "object"
        here = [path] if mine and part.get("additionalProperties") is not False else []
        return here + [
            each for key, below in part.items() for each in open_ones(below, f"{path}/{key}")
        ]

    assert open_ones(schema(chart), "") == []


@pytest.mark.parametrize("chart", [HUB, EDGE])
def test_every_value_that_has_a_default_is_in_the_schema_and_the_other_way_round(
    chart: str,
) -> None:
    listed = set(schema(chart)["properties"])
    given = set(read_values(CHARTS / chart / "values.yaml"))
    renamed = set(yaml.safe_load((CHARTS / chart / "files" / "renamed.yaml").read_text()))
    assert listed - given == renamed | {"global", "enabled", "plantmesh-common"}
    assert given <= listed


def fields(service: str) -> Mapping[str, Any]:
    """Of the service's settings class."""
    module = import_module(f"services.{service}.settings")
    [settings] = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, ServiceSettings)
        and each is not ServiceSettings
    ]
    assert issubclass(settings, BaseSettings)
    return settings.model_fields


def spelt(name: str) -> str:
    """poll_seconds as pollSeconds."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_of_a_service_can_be_set(service: str) -> None:
    offered = set(schema(HUB)["$defs"][f"{service}Settings"]["properties"])
    own = {name for name in fields(service) if not name.endswith("_address")} - OF_THE_CHART
    assert {spelt(name) for name in own - OF_A_COLLECTOR} == offered


def test_every_setting_of_the_gateway_can_be_set() -> None:
    read = {name.removeprefix("PLANTMESH_").lower() for name in gateway().variables}
    offered = set(schema(HUB)["$defs"]["gatewaySettings"]["properties"])
    assert {spelt(name) for name in read - OF_THE_GATEWAY} == offered


@pytest.mark.parametrize("service", SERVICES)
def test_the_chart_knows_whom_a_service_calls(service: str) -> None:
    facts = yaml.safe_load((CHARTS / HUB / "files" / "services.yaml").read_text())[service]
    called = {
        name.removesuffix("_address") for name in fields(service) if name.endswith("_address")
    }
    assert set(facts.get("calls", ())) == called
    assert facts.get("secrets", False) == ("secrets" in fields(service))


def test_values_merge_as_helm_merges_them() -> None:
    given = {"components": {"mes": {"replicas": 0}}, "image": {"tag": "x"}}
    assert load(HUB).merge_values(given)["image"] == merged(load(HUB).values, given)["image"]
    assert merged({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}}
