"""Rung 2: forty values files that nobody thought of; what the schema takes, Kubernetes takes."""

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.charts import strict
from tests.charts.examples import EDGE, HUB
from tools.charts.checks.judge import judge, named_elsewhere
from tools.charts.render import load, merged, render

OPTIONAL = ("telemetry", "process", "gateway")
PEERS = [
    [],
    [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}],
    [{"namespaceSelector": {"matchLabels": {"team": "data"}}, "podSelector": {}}],
]
names = st.from_regex(r"[a-z]([a-z0-9-]{0,14}[a-z0-9])?", fullmatch=True)
peers = st.sampled_from(PEERS)
labels = st.dictionaries(names, names, max_size=2)


def some(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these keys, each with any of its values."""
    return st.fixed_dictionaries({}, optional=parts)


scaling = st.one_of(
    st.just({"kind": "none"}),
    st.builds(lambda least: {"kind": "hpa", "min": least, "max": least + 3}, st.integers(1, 5)),
    st.builds(
        lambda lag: {"kind": "keda", "lag": lag, "prometheus": "http://prometheus:9090"},
        st.integers(1, 10**7),
    ),
)
placement = {
    "priorityClassName": st.sampled_from(["", "critical"]),
    "nodeSelector": labels,
    "tolerations": st.sampled_from([[], [{"key": "a", "operator": "Exists"}]]),
    "podAnnotations": labels,
}
outside = st.sampled_from([[], [{"to": PEERS[1], "ports": [443]}]])
pods = {
    "existingSecret": names | st.just(""),
    "database": some(name=st.sampled_from(["", "mes_2"]), user=st.sampled_from(["", "app"])),
    "redisUser": st.sampled_from(["", "app"]),
    "poolSize": st.integers(1, 100),
    "unreadySeconds": st.integers(0, 60) | st.just(2.5),
    "drainSeconds": st.integers(1, 120),
    "startupTries": st.integers(1, 300),
    "maxUnavailable": st.integers(1, 3) | st.sampled_from(["10%", "50%"]),
    **placement,
}
components = st.fixed_dictionaries(
    {},
    optional={
        name: some(
            **pods,
            **({"egress": outside} if name == "erp" else {}),
            autoscaling=scaling,
            replicas=st.integers(0, 20),
            enabled=st.booleans() if name in OPTIONAL else st.just(True),
        )
        for name in ("reference", "erp", "mes", "wms", "quality", *OPTIONAL)
    },
)
around = {
    "fullnameOverride": names | st.just(""),
    "image": some(registry=st.sampled_from(["", "r.example:5000"]), tag=st.sampled_from(["", "1"])),
    "database": some(port=st.integers(1, 65535), peers=peers),
    "redis": some(port=st.integers(1, 65535), peers=peers, database=st.integers(0, 15)),
    "identity": some(peers=peers, jwksUrl=st.just("https://login.example:8443/keys")),
    "audit": st.sampled_from([{}, {"existingClaim": "audit", "keptDays": 400}]),
    "signals": some(
        otlpEndpoint=st.sampled_from(["", "http://otel:4318"]),
        traceShare=st.sampled_from([0, 0.05, 1]),
    ),
    "tls": st.sampled_from([{}, {"certManager": {"issuerRef": {"name": "ca"}}}]),
    "security": some(user=st.integers(1, 2**31 - 1)),
    "monitoring": some(serviceMonitor=st.booleans(), labels=labels),
}
hubs = some(
    **around,
    components=components,
    migrations=some(mode=st.sampled_from(["hook", "job", "off"]), retries=st.integers(0, 20)),
)
edges = some(
    **around,
    plant=names,
    collector=some(
        **pods, egress=outside, replicas=st.integers(0, 9), buffer=st.integers(1000, 10**7)
    ),
    lease=some(kind=st.sampled_from(["kubernetes", "database"]), apiServer=peers),
)
# Two tests of twenty. What is wrong is said as it is found: making it smaller takes minutes.
twenty = settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def judged(chart: str, values: dict[str, Any]) -> list[str]:
    """What anybody has against the render of these values."""
    documents = render(chart, values=values)
    own = {each["metadata"]["name"] for each in documents}
    own |= {f"{name}-tls" for name in own}
    existing = named_elsewhere(merged(load(chart).values, values)) | own
    return [*strict.problems(documents), *map(str, judge(documents, existing))]


@given(hubs)
@twenty
def test_any_hub_that_the_schema_takes_is_sound(values: dict[str, Any]) -> None:
    assert judged(HUB, values) == []


@given(edges)
@twenty
def test_any_collector_that_the_schema_takes_is_sound(values: dict[str, Any]) -> None:
    assert judged(EDGE, values) == []
