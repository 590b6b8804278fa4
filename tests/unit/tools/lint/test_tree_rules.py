"""Rules that judge the tree: anatomy, owners, licences; and the lint command itself."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.tools.lint.plant import breaches, plant
from tools.lint.house import House
from tools.lint.rules import anatomy, licences, owners, signals

SERVICE = {
    f"services/mes/{name}": ""
    for name in ("__init__.py", "__main__.py", "settings.py", "policy.py", "domain/order.py")
}


def test_complete_service_passes(tmp_path: Path) -> None:
    files = SERVICE | {"services/mes/store/orders.py": "", "services/mes/migrations/env.py": ""}
    assert breaches(anatomy.check, tmp_path, files) == []


def test_strange_part_is_named_once(tmp_path: Path) -> None:
    files = SERVICE | {"services/mes/engine/a.py": "", "services/mes/engine/b.py": ""}
    assert breaches(anatomy.check, tmp_path, files) == [("services/mes/engine/a.py", 1)]


def test_workflows_live_in_process_only(tmp_path: Path) -> None:
    files = SERVICE | {"services/mes/workflows/saga.py": ""}
    assert breaches(anatomy.check, tmp_path, files) == [("services/mes/workflows/saga.py", 1)]
    process = {path.replace("/mes/", "/process/"): text for path, text in files.items()}
    assert breaches(anatomy.check, tmp_path, process) == []


@pytest.mark.parametrize("missing", ["policy.py", "settings.py", "__main__.py"])
def test_missing_part_is_found(missing: str, tmp_path: Path) -> None:
    files = {path: text for path, text in SERVICE.items() if not path.endswith(missing)}
    assert breaches(anatomy.check, tmp_path, files) == [("services/mes", 1)]


OWNED = """\
teams: {platform: all of it}
services: {kit: platform, mes: platform, reference: platform, gateway: platform}
protos: {plantmesh.mes.v1: platform}
streams: {plantmesh.mes: platform}
code_maps: {unit: platform}
alerts: {OutboxStopped: platform}
dead_letters: {invalid: platform}
"""
PARTS = SERVICE | {
    "gateway/server.mjs": "",
    "protos/plantmesh/mes/v1/events.proto": "",
    "services/mes/consumers.py": 'TOPIC = Topic(name="plantmesh.mes", partitions=8)',
    "services/kit/signals/backbone.yaml": "alerts: {OutboxStopped: {}}",
    "services/kit/backbone/parking.py": 'class DeadLetterClass:\n    INVALID = "invalid"',
    "services/reference/domain/codes.py": 'class CodeDomain:\n    """A."""\n    UNIT = "unit"',
}


def owner_findings(root: Path, text: str) -> list[str]:
    house = plant(root, PARTS | {"OWNERS.yaml": text})
    return [finding.message for finding in owners.check(house)]


def test_owned_tree_passes(tmp_path: Path) -> None:
    assert owner_findings(tmp_path, OWNED) == []


@pytest.mark.parametrize(
    ("owned", "message"),
    [
        ("mes: platform, ", "services: mes has no owner"),
        ("plantmesh.mes.v1: platform", "protos: plantmesh.mes.v1 has no owner"),
        ("plantmesh.mes: platform", "streams: plantmesh.mes has no owner"),
        ("unit: platform", "code_maps: unit has no owner"),
        ("OutboxStopped: platform", "alerts: OutboxStopped has no owner"),
        ("invalid: platform", "dead_letters: invalid has no owner"),
    ],
)
def test_part_without_owner_is_found(owned: str, message: str, tmp_path: Path) -> None:
    assert message in owner_findings(tmp_path, OWNED.replace(owned, "", 1))


def test_owner_of_nothing_and_unknown_team_are_found(tmp_path: Path) -> None:
    findings = owner_findings(
        tmp_path, OWNED.replace("mes: platform,", "mes: night, crm: platform,")
    )
    assert "services: there is no crm" in findings
    assert "mes: night is no team" in findings


def test_missing_owners_file_is_found(tmp_path: Path) -> None:
    assert breaches(owners.check, tmp_path, PARTS) == [("OWNERS.yaml", 1)]


@pytest.mark.parametrize("licence", ["GPL-3.0-only", "GNU Affero General Public License v3", ""])
def test_copyleft_or_silent_licence_is_refused(licence: str) -> None:
    assert licences.refusal("anything", licence)


def test_lgpl_wants_a_reason() -> None:
    assert licences.refusal("anything", "LGPL-3.0-only")
    assert licences.refusal("psycopg", "LGPL-3.0-only") is None


def test_a_package_whose_metadata_say_nothing_is_asked_for_the_licence_it_carries() -> None:
    assert licences.licence_of("promql-parser") == "The MIT License (MIT)"
    assert licences.licence_of("nobody-knows-this") is None
    assert licences.refusal("anything", "GNU GENERAL PUBLIC LICENSE")


@pytest.mark.parametrize("licence", ["Apache-2.0", "MIT", "BSD-3-Clause", "MIT OR GPL-2.0-only"])
def test_permissive_licence_passes(licence: str) -> None:
    assert licences.refusal("anything", licence) is None


def test_locked_package_that_is_not_installed_is_found(tmp_path: Path) -> None:
    files = {licences.LOCK: "protobuf==7 \\\n    --hash=sha256:00\nplantmesh-nowhere==1"}
    assert breaches(licences.check, tmp_path, files) == [(licences.LOCK, 3)]


def test_house_lists_what_git_would_add(tmp_path: Path) -> None:
    plant(tmp_path, {".gitignore": "gen/\n", "a.py": "", "gen/b.py": ""})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert House.of(tmp_path).paths == [".gitignore", "a.py"]


def test_command_prints_place_rule_and_fails(tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    plant(tmp_path, {"services/mes/domain/order.py": "x = 0.5\n"})
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    ran = subprocess.run(
        [sys.executable, "-m", "tools.lint", str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "services/mes/domain/order.py:1 floats " in ran.stdout


REGISTRY = """\
metrics:
  plantmesh.a.sent: {kind: counter, unit: "1", description: Sent., owner: platform}
"""
USE = 'from services.kit import signals\nsent = signals.counter("plantmesh.a.sent")\n'


def test_signal_that_is_registered_and_used_passes(tmp_path: Path) -> None:
    files = {"services/kit/signals/a.yaml": REGISTRY, "services/mes/domain/order.py": USE}
    assert breaches(signals.check, tmp_path, files) == []


def test_signal_that_one_side_alone_knows_is_found(tmp_path: Path) -> None:
    typo = USE.replace('sent")', 'snet")')
    files = {"services/kit/signals/a.yaml": REGISTRY, "services/mes/domain/order.py": typo}
    assert breaches(signals.check, tmp_path, files) == [
        ("services/mes/domain/order.py", 2),
        ("services/kit/signals", 1),
    ]
