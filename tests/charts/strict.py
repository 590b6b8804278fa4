"""Kubernetes' own schemas, strict, for the oldest and the newest version that we promise."""

import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import IO, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from tools.charts.render import CHARTS, Document
from tools.mesh import binaries

VERSIONS = ("1.30", "1.37")
_CUSTOM = (
    "cert-manager.io/v1",
    "gateway.networking.k8s.io/v1",
    "keda.sh/v1alpha1",
    "monitoring.coreos.com/v1",
)
_JUDGE = CHARTS.parent / "tools" / "charts" / "custom.mjs"
_judged: dict[tuple[str, str], str] = {}


def problems(documents: Sequence[Document]) -> list[str]:
    """What the schemas of every version refuse; a document that was seen before costs nothing."""
    return [said for document in documents for said in _of(document)]


def _of(document: Document) -> Iterator[str]:
    text = json.dumps(document, sort_keys=True)
    for version in VERSIONS:
        if (said := _judged.get((version, text))) is None:
            said = _judged[version, text] = _judge(document, version)
        if said:
            yield f"{version} {document['kind']}/{document['metadata']['name']}: {said}"


def _judge(document: Document, version: str) -> str:
    if document["apiVersion"] in _CUSTOM:
        return _asked(json.dumps(document))
    validator = _validator(document["apiVersion"], document["kind"], version)
    error = best_match(validator.iter_errors(document))
    return f"{error.json_path}: {error.message[:300]}" if error else ""


@cache
def _asked(text: str) -> str:
    """What the operator's own schema says; one process answers for all, and ends with us."""
    asking, answering = _custom()
    asking.write(f"{text}\n")
    asking.flush()
    return str(json.loads(answering.readline()))


@cache
def _custom() -> tuple[IO[str], IO[str]]:
    process = subprocess.Popen(
        [str(binaries.node()), str(_JUDGE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


@cache
def _validator(api: str, kind: str, version: str) -> Draft202012Validator:
    group, _, revision = api.rpartition("/")
    name = "-".join(filter(None, (kind.lower(), group.split(".")[0], revision)))
    return Draft202012Validator(_schema(version, f"{name}.json"), registry=_definitions(version))


@cache
def _definitions(version: str) -> Any:
    whole = Resource.from_contents(_schema(version, "_definitions.json"))
    return (whole @ Registry()).crawl()


@cache
def _schema(version: str, name: str) -> Mapping[str, Any]:
    folder = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{version}.0-local-strict"
    loaded: Mapping[str, Any] = json.loads((folder / name).read_text())
    return loaded
