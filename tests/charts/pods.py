"""Pods of a render as processes of this machine, each on a loopback address of its own.

What a container is told comes from its manifest; only addresses are others: names of Services lead
to the processes that they select, names of servers outside to ours.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from tests.zygote import Forked, Zygote
from tools.charts.render import Document
from tools.mesh import binaries
from tools.mesh.child import Child
from tools.mesh.gateway import FOLDER
from tools.mesh.probes import http_ok
from tools.mesh.program import surroundings

_IN_CLUSTER = re.compile(r"([a-z0-9-]+)\.plantmesh\.svc\.cluster\.local:(\d+)")
_ANY = "0.0.0.0"
WORKLOADS = ("Deployment", "StatefulSet")

Secrets = Callable[[str, str], str | None]
"""What an existing Secret, by name, holds under a key."""


def of_kind(documents: Sequence[Document], *kinds: str) -> Iterator[Document]:
    """In the order of the render."""
    return (each for each in documents if each["kind"] in kinds)


class Network:
    """Addresses of the pods, and what names lead to; `outside` replaces host:port by host:port."""

    def __init__(self, documents: Sequence[Document], outside: Mapping[str, str]) -> None:
        subnet = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}"
        self.workloads = {each["metadata"]["name"]: each for each in of_kind(documents, *WORKLOADS)}
        self.addresses = {name: f"{subnet}.{n}" for n, name in enumerate(self.workloads, start=1)}
        self._services = {each["metadata"]["name"]: each for each in of_kind(documents, "Service")}
        self._outside = outside

    def substituted(self, text: str) -> str:
        """With addresses for names; raises AssertionError for a name or port that nothing has."""
        for name, address in self._outside.items():
            text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?!\d)", address, text)
        return _IN_CLUSTER.sub(lambda found: self._reach(found[1], int(found[2])), text)

    def _reach(self, name: str, port: int) -> str:
        assert name in self._services, f"there is no Service {name}"
        service = self._services[name]["spec"]
        targets = [one["targetPort"] for one in service["ports"] if one["port"] == port]
        assert targets, f"the Service {name} has no port {port}"
        [(workload, pod)] = [
            (name, each["spec"]["template"])
            for name, each in self.workloads.items()
            if service["selector"].items() <= each["spec"]["template"]["metadata"]["labels"].items()
        ]
        [container] = pod["spec"]["containers"]
        number = port_of(container, targets[0])
        # The name of a headless Service leads to the pods themselves: no port is translated.
        assert service.get("clusterIP") != "None" or number == port, f"{name} does not turn {port}"
        return f"{self.addresses[workload]}:{number}"


def port_of(container: Mapping[str, Any], port: int | str) -> int:
    """A port by name or number, as a Service or a probe calls it."""
    known = [
        one["containerPort"]
        for one in container["ports"]
        if port in (one["name"], one["containerPort"])
    ]
    assert known, f"{container['name']} has no port {port}"
    return int(known[0])


class Running(Protocol):
    """A process of ours, however it was started."""

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        ...

    def start(self) -> None:
        """Run it."""
        ...

    def alive(self) -> bool:
        """Whether it runs now."""
        ...

    def kill(self) -> None:
        """kill -9."""
        ...

    def tail(self, lines: int = 15) -> str:
        """The end of what it said."""
        ...


@dataclass(frozen=True)
class Site:
    """Where pods run. `folder` holds logs, and the files of each Secret that is mounted."""

    network: Network
    secrets: Secrets
    folder: Path
    zygote: Zygote

    def files(self, spec: Document) -> dict[str, str]:
        """Folders of mounted Secrets, by where the pod has them."""
        kept = {
            each["name"]: self.folder / "secrets" / each["secret"]["secretName"]
            for each in spec.get("volumes", ())
            if "secret" in each
        }
        [container] = spec["containers"]
        mounts = container.get("volumeMounts", ())
        return {m["mountPath"]: str(kept[m["name"]]) for m in mounts if m["name"] in kept}


@dataclass
class Pod:
    """One container's process. `changes` to its environment come last; None takes one away."""

    name: str
    container: Mapping[str, Any]
    site: Site
    files: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.address = self.site.network.addresses.get(self.name, "127.0.0.1")
        self.child = self._process()

    def environment(self) -> dict[str, str]:
        """As the manifest says, with other addresses."""
        told = {one["name"]: self._value(one) for one in self.container["env"]} | dict(self.changes)
        return {name: value for name, value in told.items() if value is not None}

    @property
    def patience(self) -> float:
        """Seconds that the manifest gives it to start."""
        how = self.container["startupProbe"]
        return float(how["failureThreshold"] * how["periodSeconds"])

    def well(self, probe: str) -> bool:
        """What startupProbe, readinessProbe or livenessProbe finds; raises for a dead process."""
        assert self.child.alive(), f"{self.name} ended: {self.child.tail()}"
        how = self.container[probe]
        if "httpGet" in how:
            port = port_of(self.container, how["httpGet"]["port"])
            return http_ok(f"http://{self.address}:{port}{how['httpGet']['path']}")
        port = port_of(self.container, how["grpc"]["port"])
        return _serving(f"{self.address}:{port}", how["grpc"].get("service", ""))

    def _process(self) -> Running:
        """What the image's entry point makes of the arguments."""
        args = list(self.container.get("args", ()))
        env, log = surroundings() | self.environment(), self.site.folder / f"{self.name}.log"
        if "-gateway:" not in self.container["image"]:
            return Forked(self.site.zygote, args, env, log)
        return Child(
            name=self.name,
            argv=[str(binaries.node()), str(FOLDER / "server.mjs"), *args],
            log=log,
            pid_file=log.with_suffix(".pid"),
            env=env,
        )

    def _value(self, told: Mapping[str, Any]) -> str | None:
        if "value" in told:
            value: str = self.site.network.substituted(told["value"])
            for place, folder in self.files.items():
                value = value.replace(f"{place}/", f"{folder}/")
            return self.address if value == _ANY else value
        source = told["valueFrom"]
        if "fieldRef" in source:
            return f"{self.name}-0"
        wanted = source["secretKeyRef"]
        found = self.site.secrets(wanted["name"], wanted["key"])
        assert found is not None or wanted.get("optional"), f"no secret {wanted}"
        return found


def _serving(target: str, service: str) -> bool:
    with grpc.insecure_channel(target) as channel:
        try:
            answer = HealthStub(channel).Check(HealthCheckRequest(service=service), timeout=1)
        except grpc.RpcError:
            return False
    return bool(answer.status == HealthCheckResponse.SERVING)
