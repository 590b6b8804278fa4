"""Rendered documents as the checks read them: objects, their pods, and the pods' containers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tools.charts.checks.finding import Finding

Document = dict[str, Any]
Labels = Mapping[str, str]

# Where each kind keeps the spec of its pods, and the metadata that they are given.
_TEMPLATES = {
    "Deployment": "spec.template",
    "StatefulSet": "spec.template",
    "DaemonSet": "spec.template",
    "ReplicaSet": "spec.template",
    "Job": "spec.template",
    "CronJob": "spec.jobTemplate.spec.template",
    "Pod": "",
}


@dataclass(frozen=True)
class Pod:
    """The pods of one object; `path` is where their spec is in it."""

    owner: Document
    path: str
    template: Document

    @property
    def labels(self) -> Labels:
        """What selectors see."""
        return dig(self.template, "metadata.labels") or {}

    @property
    def spec(self) -> Document:
        """The pod's spec."""
        return self.template.get("spec") or {}

    @cached_property
    def containers(self) -> list["Container"]:
        """All of them, those that run first included."""
        return [
            Container(self, f"{self.path}.{kind}[{number}]", kind == "initContainers", fields)
            for kind in ("initContainers", "containers")
            for number, fields in enumerate(self.spec.get(kind) or ())
        ]

    def finding(self, path: str, message: str, hint: str) -> Finding:
        """A finding at `path` below the pod's spec."""
        return Finding(title(self.owner), ".".join(filter(None, (self.path, path))), message, hint)


@dataclass(frozen=True)
class Container:
    """One container of a pod; `first` is true for an init container."""

    pod: Pod
    path: str
    first: bool
    fields: Document

    @property
    def name(self) -> str:
        """Its name, "" without one."""
        return str(self.fields.get("name") or "")

    @property
    def argv(self) -> list[str]:
        """What the manifest says of its command line."""
        return [*(self.fields.get("command") or ()), *(self.fields.get("args") or ())]

    def finding(self, path: str, message: str, hint: str) -> Finding:
        """A finding at `path` below the container."""
        where = ".".join(filter(None, (self.path, path)))
        return Finding(title(self.pod.owner), where, message, hint)


@dataclass(frozen=True)
class Manifests:
    """One render. `existing` names Secrets, ConfigMaps and claims that others make."""

    documents: Sequence[Document]
    existing: frozenset[str] = field(default=frozenset())

    def of(self, *kinds: str) -> Iterator[Document]:
        """The objects of these kinds, in the order of the render."""
        return (document for document in self.documents if document.get("kind") in kinds)

    def find(self, kind: str, name: str) -> Document | None:
        """That object, None if it is not rendered."""
        return next((each for each in self.of(kind) if name_of(each) == name), None)

    @cached_property
    def pods(self) -> list[Pod]:
        """The pods of every workload, hooks and tests included."""
        return [_pod(document) for document in self.documents if document.get("kind") in _TEMPLATES]

    @cached_property
    def containers(self) -> list[Container]:
        """The containers of every pod."""
        return [container for pod in self.pods for container in pod.containers]

    def selected(self, selector: Document | None) -> list[Pod]:
        """Pods that a label selector takes, those that end by themselves included."""
        return [pod for pod in self.pods if selects(selector, pod.labels)]

    def services(self, selector: Document | None) -> list[Document]:
        """Services that a label selector takes."""
        listed = self.of("Service")
        return [each for each in listed if selects(selector, dig(each, "metadata.labels") or {})]


def _pod(document: Document) -> Pod:
    place = _TEMPLATES[document["kind"]]
    template = dig(document, place) if place else document
    return Pod(document, f"{place}.spec".lstrip("."), template or {})


def dig(document: Document, path: str) -> Any:
    """The value at a dotted path, None where a step is missing."""
    value: Any = document
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def name_of(document: Document) -> str:
    """metadata.name, "" without one."""
    return str(dig(document, "metadata.name") or "")


def title(document: Document) -> str:
    """Kind and name, as kubectl writes them."""
    return f"{document.get('kind')}/{name_of(document)}"


def about(document: Document, path: str, message: str, hint: str) -> Finding:
    """A finding at `path` of an object."""
    return Finding(title(document), path, message, hint)


def selects(selector: Document | None, labels: Labels) -> bool:
    """Whether a label selector takes these labels. None takes nothing, {} everything."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_meets(need, labels) for need in selector.get("matchExpressions") or ())


def _meets(need: Document, labels: Labels) -> bool:
    value, values = labels.get(need.get("key", "")), need.get("values") or ()
    match need.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False
