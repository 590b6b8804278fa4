"""skaffold.yaml names what is there; its images are the charts', its releases render soundly."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.charts import dev_secrets
from tools.charts.checks import images
from tools.charts.checks.judge import judge
from tools.charts.checks.manifests import Document, Manifests, dig, name_of
from tools.charts.render import render
from tools.charts.skaffold import FILE, Config, activated, problems, read, templated, values_of
from tools.mesh.people import SERVICES

ROOT = FILE.parent
PROFILES = ("", "local-kind", "debug", "edge")
OWN = "plantmesh-"


def hub(profile: str = "") -> Config:
    """The configuration that builds and installs."""
    [config] = [each for each in read() if each["metadata"]["name"] == "plantmesh"]
    return activated(config, profile) if profile else config


def releases(profile: str) -> dict[str, list[Document]]:
    """What each release installs, as skaffold would have Helm render it."""
    return {
        release["name"]: render(
            Path(release["chartPath"]).name,
            [ROOT / file for file in release["valuesFiles"]],
            values=values_of(release, "built"),
            release=release["name"],
            namespace=release["namespace"],
        )
        for release in hub(profile)["deploy"]["helm"]["releases"]
    }


def dependencies() -> list[Document]:
    """The manifests that are applied before the hub."""
    [config] = [each for each in read() if each["metadata"]["name"] == "dependencies"]
    files = [ROOT / file for file in config["manifests"]["rawYaml"]]
    return [each for file in files for each in yaml.safe_load_all(file.read_text())]


def built(documents: list[Document]) -> set[str]:
    """Names of the images of ours that these documents run."""
    found = (images.read(each.fields["image"]) for each in Manifests(documents).containers)
    return {image.repository for image in found if image and image.repository.startswith(OWN)}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_field_is_one_of_skaffolds(profile: str) -> None:
    assert [problem for config in read() for problem in problems(config)] == []
    assert list(problems(hub(profile))) == []


def test_a_strange_or_missing_field_is_found() -> None:
    config = hub()
    config["build"]["artifacts"][0] = {"contxt": "."}
    config["deploy"]["helm"]["releases"][0]["artifactOverrides"] = {}
    assert list(problems(config)) == [
        "build.artifacts[] has no field contxt",
        "build.artifacts[] needs image",
        "deploy.helm.releases[] has no field artifactOverrides",
    ]


def test_every_artifact_can_be_built() -> None:
    artifacts = {each["image"]: each for each in hub()["build"]["artifacts"]}
    assert set(artifacts) == {f"{OWN}{name}" for name in (*SERVICES, "gateway")}
    for image, artifact in artifacts.items():
        context = ROOT / artifact["context"]
        assert (context / artifact["docker"]["dockerfile"]).is_file()
        told = artifact["docker"].get("buildArgs", {"SERVICE": "gateway"})
        assert image == f"{OWN}{told['SERVICE']}"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_release_runs_what_is_built(profile: str) -> None:
    config = hub(profile)
    artifacts = {each["image"] for each in config["build"]["artifacts"]}
    for release in config["deploy"]["helm"]["releases"]:
        assert (ROOT / release["chartPath"] / "Chart.yaml").is_file()
        assert {f.replace("_", "-") for f in templated(release)} <= artifacts
    rendered = releases(profile)
    assert set().union(*map(built, rendered.values())) == artifacts
    assert built(dependencies()) <= artifacts
    for documents in rendered.values():
        for container in Manifests(documents).containers:
            assert container.fields["image"].endswith(":built")


def test_a_debugging_hour_logs_more() -> None:
    containers = Manifests(releases("debug")["plantmesh"]).containers
    told = [variable for each in containers for variable in each.fields["env"]]
    assert {each["value"] for each in told if each["name"] == "PLANTMESH_LOG_LEVEL"} == {"debug"}


def test_dependencies_are_sound_and_find_their_passwords(tmp_path: Path) -> None:
    made = dev_secrets.documents(tmp_path)
    assert [str(found) for found in judge([*dependencies(), *made])] == []
    assert dev_secrets.documents(tmp_path) == made


@pytest.mark.parametrize("profile", ["", "edge"])
def test_releases_find_their_passwords_and_neighbours(profile: str, tmp_path: Path) -> None:
    made = dev_secrets.documents(tmp_path)
    neighbours = {name_of(each) for each in dependencies() if each["kind"] == "Service"}
    assert {"postgresql", "valkey", "issuer"} <= neighbours
    for documents in releases(profile).values():
        assert [str(found) for found in judge([*documents, *made])] == []


def test_every_service_has_a_database() -> None:
    [config] = [each for each in dependencies() if each["kind"] == "ConfigMap"]
    script = dig(config, "data")["databases.sh"]
    assert f"for role in {' '.join(SERVICES)}; do" in script


def test_the_issuer_needs_no_more_code_than_it_is_given(tmp_path: Path) -> None:
    made = {name_of(each): each for each in dev_secrets.documents(tmp_path / "secrets")}
    mesh = tmp_path / "tools" / "mesh"
    mesh.mkdir(parents=True)
    for name, text in made["dev-issuer-code"]["data"].items():
        (mesh / name).write_text(text)
    alone = ["-c", "import tools.mesh.issuing as it; print(it.__file__)"]
    told = subprocess.run(
        [sys.executable, "-P", *alone],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == str(mesh / "issuing.py")


def test_no_password_is_committed() -> None:
    text = (ROOT / "charts/examples/dev-dependencies.yaml").read_text()
    assert "kind: Secret" not in text
