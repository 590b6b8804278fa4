"""NetworkPolicies give exactly the edges that the settings need, at both ends.

Judged as Kubernetes does: of all policies that select a pod, one rule must let the call pass; a
port is that of the pod, behind its Service.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tools.charts.checks.finding import Finding
from tools.charts.checks.manifests import Document, Manifests, Pod, about, dig, selects
from tools.charts.checks.needs import Need, needs
from tools.charts.checks.policies import isolates
from tools.charts.checks.ports import named

_EVERYWHERE = ("0.0.0.0/0", "::/0")


class Call(NamedTuple):
    """A need, and where it goes: the pods of this release, or none for the outside."""

    need: Need
    targets: tuple[Pod, ...]
    port: Any


class Rule(NamedTuple):
    """One rule of one policy. No peers or no ports means: all."""

    policy: Document
    path: str
    peers: list[Document]
    ports: list[Document]


def check(manifests: Manifests) -> Iterator[Finding]:
    """Edges that are missing, and edges that nobody needs."""
    if not any(manifests.of("NetworkPolicy")):
        return
    calls = [call for need in needs(manifests) for call in calls_of(need, manifests)]
    yield from _unserved(manifests)
    for call in calls:
        yield from _leaves(call, manifests)
        yield from _arrives(call, manifests)
    yield from _unopened(calls, manifests)
    for policy in manifests.of("NetworkPolicy"):
        for rule in _rules(policy, "egress"):
            yield from _idle(rule, calls, manifests)
        for rule in _rules(policy, "ingress"):
            yield from _uncalled(rule, calls, manifests)


def _unserved(manifests: Manifests) -> Iterator[Finding]:
    """Addresses of Services of this release that have no such port, and so no answer."""
    for need in needs(manifests):
        service = _service(need, manifests)
        known = {port.get("port") for port in dig(service or {}, "spec.ports") or ()}
        if service and need.port not in known:
            message = f"{need.why} asks Service {need.host} for port {need.port}"
            yield need.pod.finding("", message, f"use one of {sorted(known)}, or add it")


def _service(need: Need, manifests: Manifests) -> Document | None:
    name, dot, rest = need.host.partition(".")
    return manifests.find("Service", name) if not dot or ".svc" in f".{rest}" else None


def calls_of(need: Need, manifests: Manifests) -> list[Call]:
    """One for each pod that may answer, or one to the outside."""
    service = _service(need, manifests)
    if service is None:
        return [Call(need, (), need.port)]
    pods = manifests.selected({"matchLabels": dig(service, "spec.selector")})
    headless = dig(service, "spec.clusterIP") == "None"
    for port in dig(service, "spec.ports") or ():
        if port.get("port") == need.port:
            target = port.get("port") if headless else port.get("targetPort", port.get("port"))
            return [Call(need, (pod,), _number(target, pod)) for pod in pods]
    return []


def _number(port: Any, pod: Pod) -> Any:
    return named(pod).get(port, port) if isinstance(port, str) else port


def _rules(policy: Document, direction: str) -> list[Rule]:
    side = "to" if direction == "egress" else "from"
    return [
        Rule(policy, f"spec.{direction}[{number}]", rule.get(side) or [], rule.get("ports") or [])
        for number, rule in enumerate(dig(policy, f"spec.{direction}") or ())
    ]


def _in_front(pod: Pod, direction: str, manifests: Manifests) -> list[Document]:
    return [
        policy
        for policy in manifests.of("NetworkPolicy")
        if isolates(policy, direction) and selects(dig(policy, "spec.podSelector"), pod.labels)
    ]


def _leaves(call: Call, manifests: Manifests) -> Iterator[Finding]:
    policies = _in_front(call.need.pod, "egress", manifests)
    rules = [rule for policy in policies for rule in _rules(policy, "egress")]
    if policies and not any(_lets_out(rule, call, manifests) for rule in rules):
        message = f"no egress to {_where(call)}, which {call.need.why} needs"
        yield call.need.pod.finding("", message, "add that edge to its NetworkPolicy")


def _unopened(calls: list[Call], manifests: Manifests) -> Iterator[Finding]:
    """Needs whose address nobody knows here want a rule that all other needs could do without."""
    for call in calls:
        if call.targets or call.port is not None:
            continue
        pod = call.need.pod
        rules = [r for p in _in_front(pod, "egress", manifests) for r in _rules(p, "egress")]
        known = [each for each in calls if each.need.pod is pod and each.port is not None]
        if rules and not any(_is_spare(rule, rules, known, manifests) for rule in rules):
            message = f"no egress of its own for {call.need.why}"
            hint = "add the edge to where that is, or drop the setting"
            yield pod.finding("", message, hint)


def _is_spare(rule: Rule, rules: list[Rule], calls: list[Call], manifests: Manifests) -> bool:
    others = [each for each in rules if each is not rule]
    return all(
        any(_lets_out(other, call, manifests) for other in others)
        for call in calls
        if _lets_out(rule, call, manifests)
    )


def _arrives(call: Call, manifests: Manifests) -> Iterator[Finding]:
    for target in call.targets:
        policies = _in_front(target, "ingress", manifests)
        rules = [rule for policy in policies for rule in _rules(policy, "ingress")]
        if policies and not any(_lets_in(rule, call, target) for rule in rules):
            caller = dig(call.need.pod.owner, "metadata.name")
            message = f"no ingress from {caller} on {call.port}, which {call.need.why} needs"
            yield target.finding("", message, "add that edge to its NetworkPolicy")


def _idle(rule: Rule, calls: list[Call], manifests: Manifests) -> Iterator[Finding]:
    """Ports and peers of an egress rule that no call of the selected pods uses."""
    selector = dig(rule.policy, "spec.podSelector")
    own = [call for call in calls if selects(selector, call.need.pod.labels)]
    if not rule.ports and not rule.peers:
        yield about(rule.policy, rule.path, "lets everything out", "list what is needed")
        return
    for number, port in enumerate(rule.ports):
        single = rule._replace(ports=[port])
        if not any(_lets_out(single, call, manifests) for call in own):
            path = f"{rule.path}.ports[{number}]"
            message = f"no setting needs port {port.get('port')} there"
            yield about(rule.policy, path, message, "remove that edge")
    for number, peer in enumerate(rule.peers):
        single = rule._replace(peers=[peer])
        if _within(peer, manifests) and not any(_lets_out(single, call, manifests) for call in own):
            message = "no setting needs these pods"
            yield about(rule.policy, f"{rule.path}.to[{number}]", message, "remove that edge")


def _uncalled(rule: Rule, calls: list[Call], manifests: Manifests) -> Iterator[Finding]:
    """Peers of ours in an ingress rule that never call; those from elsewhere nobody can tell."""
    selector = dig(rule.policy, "spec.podSelector")
    for number, peer in enumerate(rule.peers):
        single = rule._replace(peers=[peer])
        called = any(
            _lets_in(single, call, target)
            for call in calls
            for target in call.targets
            if selects(selector, target.labels)
        )
        if _within(peer, manifests) and not called:
            message = "these pods never call"
            yield about(rule.policy, f"{rule.path}.from[{number}]", message, "remove that edge")


def _lets_out(rule: Rule, call: Call, manifests: Manifests) -> bool:
    if not _has_port(rule.ports, call, call.targets):
        return False
    if not rule.peers:
        return True
    if call.targets:
        return all(any(_is(peer, pod) for peer in rule.peers) for pod in call.targets)
    return any(not _within(peer, manifests) for peer in rule.peers)


def _lets_in(rule: Rule, call: Call, target: Pod) -> bool:
    if not _has_port(rule.ports, call, (target,)):
        return False
    return not rule.peers or any(_is(peer, call.need.pod) for peer in rule.peers)


def _has_port(ports: list[Document], call: Call, targets: tuple[Pod, ...]) -> bool:
    """Whether one of a rule's ports is the call's; a need without a port is met by any."""
    if not ports or call.port is None:
        return True
    for port in ports:
        given, last = port.get("port"), port.get("endPort")
        if isinstance(given, str):
            given = targets and _number(given, targets[0])
        fits = given is None or given == call.port or (last and given <= call.port <= last)
        if fits and port.get("protocol", "TCP") == call.need.protocol:
            return True
    return False


def _is(peer: Document, pod: Pod) -> bool:
    """Whether a peer is that pod of the release's own namespace."""
    if block := peer.get("ipBlock"):
        return block.get("cidr") in _EVERYWHERE
    namespaces = peer.get("namespaceSelector")
    return selects(peer.get("podSelector") or {}, pod.labels) and not (namespaces or {})


def _within(peer: Document, manifests: Manifests) -> bool:
    """Whether a peer is some pod of this release."""
    return "ipBlock" not in peer and any(_is(peer, pod) for pod in manifests.pods)


def _where(call: Call) -> str:
    host = call.need.host or "an address that only a Secret or a table knows"
    return host if call.port is None else f"{call.need.host or 'port'}:{call.port}"
