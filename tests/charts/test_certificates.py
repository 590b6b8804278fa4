"""Who speaks TLS to whom, for which names, and where clients come in: each mistake planted."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.charts.examples import EDGE, HUB
from tests.charts.test_renders import PRODUCTION, rendered
from tools.charts.checks.judge import judge
from tools.charts.checks.manifests import Document, title
from tools.charts.render import CHARTS, ChartError, render

SMALL = CHARTS / "examples" / "small-site.yaml"
Spoil = Callable[[dict[str, Document]], object]


def told(spoil: Spoil) -> list[str]:
    """What the checks say of production when one thing is wrong."""
    documents, existing = rendered(PRODUCTION)
    spoilt = {title(each): deepcopy(each) for each in documents}
    spoil(spoilt)
    return [str(found) for found in judge(list(spoilt.values()), existing)]


def without_graph_name(objects: dict[str, Document]) -> None:
    objects["Certificate/plantmesh-erp"]["spec"]["dnsNames"].pop()


def in_the_clear(name: str) -> Spoil:
    def spoil(objects: dict[str, Document]) -> None:
        [box] = objects[name]["spec"]["template"]["spec"]["containers"]
        box["env"] = [each for each in box["env"] if "_TLS_" not in each["name"]]

    return spoil


def led_to(backend: dict[str, Any]) -> Spoil:
    def spoil(objects: dict[str, Document]) -> None:
        [rule] = objects["HTTPRoute/plantmesh-gateway"]["spec"]["rules"]
        rule["backendRefs"] = [backend]

    return spoil


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_graph_name, "plantmesh-erp-graph.plantmesh.svc.cluster.local, which is not in"),
        (lambda objects: objects.pop("Certificate/plantmesh-smoke"), "no Certificate makes"),
        (lambda objects: objects.pop("Certificate/plantmesh-gateway"), "no Certificate makes"),
        (
            in_the_clear("Deployment/plantmesh-reference"),
            "by TLS to Deployment/plantmesh-reference",
        ),
        (in_the_clear("Deployment/plantmesh-gateway"), "without TLS to Deployment/plantmesh-erp"),
        (led_to({"name": "plantmesh-web", "port": 8080}), "there is no Service plantmesh-web"),
        (led_to({"name": "plantmesh-gateway", "port": 80}), "has no port 80"),
    ],
)
def test_a_planted_mistake_is_found(spoil: Spoil, words: str) -> None:
    found = told(spoil)
    assert any(words in each for each in found), found


def test_an_ingress_leads_to_a_port_that_is_there() -> None:
    documents = render(HUB, [SMALL])
    [ingress] = [each for each in documents if each["kind"] == "Ingress"]
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    backend["port"] = {"name": "https"}
    assert any("no port https" in each.message for each in judge(documents))


def test_every_component_that_shows_itself_has_one_certificate_of_its_own() -> None:
    objects = {title(each): each for each in rendered(PRODUCTION)[0]}
    asked = {
        each["spec"]["secretName"]: each["spec"]["dnsNames"]
        for name, each in objects.items()
        if name.startswith("Certificate/")
    }
    assert {"plantmesh-erp-tls", "plantmesh-gateway-tls", "plantmesh-smoke-tls"} <= asked.keys()
    names = [name for each in asked.values() for name in each]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("chart", [HUB, EDGE])
def test_without_an_issuer_the_secrets_are_somebody_elses(chart: str) -> None:
    assert not [each for each in render(chart) if each["kind"] in ("Certificate", "Secret")]


@pytest.mark.parametrize("entrance", ["ingress", "httpRoute"])
def test_an_entrance_without_a_gateway_is_refused(entrance: str) -> None:
    way = {"ingress": {"host": "a.example", "existingTlsSecret": "a"}}.get(
        entrance, {"parentRefs": [{"name": "public"}], "hostnames": ["a.example"]}
    )
    values = {entrance: {"enabled": True, **way}, "components": {"gateway": {"enabled": False}}}
    with pytest.raises(ChartError, match=f"{entrance} leads to the gateway: enable components"):
        render(HUB, values=values)
