"""skaffold.yaml as skaffold reads it, as far as we use it: its program is on no registry of ours.

Source: skaffold.dev/docs/references/yaml, version skaffold/v4beta13; docs/deployers/helm there for
the names of templates.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

VERSION = "skaffold/v4beta13"
FILE = Path(__file__).parents[2] / "skaffold.yaml"

Config = dict[str, Any]

# The fields of each thing that we use, the needed ones with "!"; "[]" follows a list's.
_FIELDS = {
    "": "apiVersion! kind! metadata requires build manifests deploy portForward profiles",
    "metadata": "name labels annotations",
    "requires[]": "configs path git activeProfiles",
    "build": "artifacts tagPolicy platforms insecureRegistries local googleCloudBuild cluster",
    "build.tagPolicy": "gitCommit sha256 envTemplate dateTime customTemplate inputDigest",
    "build.local": "push tryImportMissing useDockerCLI useBuildkit concurrency",
    "build.artifacts[]": "image! context sync requires hooks platforms runtimeType docker",
    "build.artifacts[].docker": "dockerfile target buildArgs network addHost cacheFrom cacheTo"
    " cliFlags pullParent noCache squash secrets ssh",
    "manifests": "rawYaml kustomize helm kpt remoteManifests hooks transform validate output",
    "deploy": "docker helm kpt kubectl cloudrun statusCheck statusCheckDeadlineSeconds"
    " tolerateFailuresUntilDeadline kubeContext logs",
    "deploy.kubectl": "flags remoteManifests defaultNamespace hooks",
    "deploy.kubectl.hooks": "before after",
    "deploy.kubectl.hooks.before[]": "host container",
    "deploy.kubectl.hooks.before[].host": "command! os dir",
    "deploy.helm": "concurrency releases! flags hooks",
    "deploy.helm.releases[]": "name! chartPath remoteChart repo valuesFiles namespace version"
    " createNamespace setValues setValueTemplates setFiles overrides wait recreatePods"
    " skipBuildDependencies skipTests useHelmSecrets upgradeOnChange packaged dependsOn",
    "portForward[]": "resourceType resourceName namespace port address localPort",
    "profiles[]": "name! activation requiresAllActivations patches build test manifests deploy"
    " portForward resourceSelector verify customActions",
    "profiles[].activation[]": "env kubeContext command",
    "profiles[].patches[]": "op path! from value",
}
_TEMPLATE = re.compile(r"\{\{\.IMAGE_(?:TAG|REPO|DIGEST|FULLY_QUALIFIED)_(?P<artifact>\w+)\}\}")


def read(file: Path = FILE) -> list[Config]:
    """Every configuration of the file, in its order."""
    return list(yaml.safe_load_all(file.read_text()))


def problems(config: Config) -> Iterator[str]:
    """What skaffold would refuse: another version, fields that are not there, or are missing."""
    if config.get("apiVersion") != VERSION or config.get("kind") != "Config":
        yield f"apiVersion and kind are not {VERSION} and Config"
    yield from _strange(config, "")
    for profile in config.get("profiles") or ():
        for part in ("build", "manifests", "deploy"):
            yield from _strange(profile.get(part) or {}, part)


def activated(config: Config, name: str) -> Config:
    """The configuration with one of its profiles: overlaid, then patched."""
    [profile] = [each for each in config["profiles"] if each["name"] == name]
    whole = deepcopy(config)
    for part in ("build", "manifests", "deploy"):
        whole[part] = _overlaid(whole.get(part) or {}, profile.get(part) or {})
    for patch in profile.get("patches") or ():
        _patch(whole, patch)
    return whole


def values_of(release: Config, tag: str) -> Config:
    """What skaffold sets beside a release's values files, with `tag` for every image's."""
    templates = release.get("setValueTemplates") or {}
    given = {path: _TEMPLATE.sub(tag, text) for path, text in templates.items()}
    values: Config = {}
    for path, value in (given | (release.get("setValues") or {})).items():
        *steps, last = path.split(".")
        place = values
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    return values


def templated(release: Config) -> set[str]:
    """The artifacts that a release's templates name, spelled as there: plantmesh_mes."""
    templates = (release.get("setValueTemplates") or {}).values()
    return {found["artifact"] for text in templates for found in _TEMPLATE.finditer(text)}


def _strange(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _strange(each, f"{place}[]")
    if not isinstance(value, dict) or place not in _FIELDS:
        return
    fields = _FIELDS[place].split()
    known = {field.rstrip("!") for field in fields}
    yield from (f"{place or 'the file'} has no field {key}" for key in value if key not in known)
    needed = [field.rstrip("!") for field in fields if field.endswith("!")]
    yield from (f"{place or 'the file'} needs {key}" for key in needed if key not in value)
    for key, below in value.items():
        yield from _strange(below, f"{place}.{key}".lstrip("."))


def _overlaid(base: Config, over: Config) -> Config:
    whole = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(whole.get(key), dict)
        whole[key] = _overlaid(whole[key], value) if both else value
    return whole


def _patch(config: Config, patch: Config) -> None:
    """RFC 6902, add alone; raises LookupError where a step is not there."""
    if patch.get("op", "replace") != "add":
        raise LookupError(f"the patch {patch} does something else than add")
    *steps, last = patch["path"].strip("/").split("/")
    place: Any = config
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if not isinstance(place, list):
        place[last] = patch["value"]
    elif last == "-":
        place.append(patch["value"])
    else:
        place.insert(int(last), patch["value"])
