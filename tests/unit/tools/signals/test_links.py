"""Alerts, runbooks, owners, metrics and dashboards name each other, and nothing else."""

import json
import re
from pathlib import Path

import pytest
import yaml

from services.kit.signals.exposition import all_samples
from services.kit.signals.registry import read_parts, registry
from tests.promql.cases import all_cases, all_rules
from tests.promql.rules import template_labels
from tools.mesh.program import HERE
from tools.plantctl.__main__ import app
from tools.signals import rules
from tools.signals.__main__ import DASHBOARDS, RULES, main, wanted
from tools.signals.links import Known, command, commands_of, expression, pairs, panels, runbook

FOLDER = HERE / "docs" / "runbooks"
RULE_LIST = all_rules()
KNOWN = Known(
    {name: metric.attributes for name, metric in all_samples(registry()).items()},
    {rule["record"] for rule in RULE_LIST if "record" in rule},
    {*registry().metrics, *registry().measures, *registry().spans},
)
COMMANDS = commands_of(app)
BOOKS = sorted(FOLDER.glob("*.md"))
BOARDS = sorted((HERE / DASHBOARDS).glob("*.json"))


def alerts() -> set[str]:
    return {*registry().alerts, *registry().objectives}


def test_what_is_written_is_what_the_registry_says() -> None:
    assert main(["--check"]) == 0


def test_what_is_old_or_left_over_is_found_and_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for needed in ("services/kit/signals", "OWNERS.yaml", "tools/signals/overview.yaml"):
        (tmp_path / needed).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / needed).symlink_to(HERE / needed)
    assert main([], tmp_path) == main(["--check"], tmp_path) == 0
    (tmp_path / RULES / "stray.yaml").write_text("groups: []\n")
    (tmp_path / RULES / "alerts.yaml").write_text("groups: []\n")
    assert main(["--check"], tmp_path) == 1
    assert [Path(line.split()[0]).name for line in capsys.readouterr().err.splitlines()] == [
        "alerts.yaml",
        "stray.yaml",
    ]
    assert main([], tmp_path) == main(["--check"], tmp_path) == 0


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    linked = {
        rule["annotations"]["runbook_url"].removeprefix(f"{rules.RUNBOOKS}/")
        for rule in RULE_LIST
        if "alert" in rule
    }
    sources = [*(HERE / "tools").rglob("*.py"), *(HERE / "services").rglob("*.py")]
    named = {
        name
        for source in sources
        for name in re.findall(r"runbooks/([\w-]+\.md)", source.read_text())
    }
    assert list(pairs(linked, [book.name for book in BOOKS], named)) == []


def test_every_alert_has_a_team_a_severity_and_a_summary() -> None:
    declared = yaml.safe_load((HERE / "OWNERS.yaml").read_text())
    assert declared["alerts"].keys() == alerts()
    for rule in RULE_LIST:
        if "alert" in rule:
            assert rule["labels"]["team"] == declared["alerts"][rule["alert"]]
            assert rule["labels"]["team"] in declared["teams"]
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["summary"]


def test_summaries_name_labels_that_the_alert_has() -> None:
    of = {case.alert: {*case.labels, "namespace"} for case in all_cases() if case.fires}
    for rule in RULE_LIST:
        if "alert" in rule:
            assert template_labels(rule["annotations"]["summary"]) <= of[rule["alert"]], rule[
                "alert"
            ]


@pytest.mark.parametrize("rule", RULE_LIST, ids=lambda rule: rule.get("alert") or rule["record"])
def test_rules_ask_for_what_the_registry_has(rule: dict[str, str]) -> None:
    assert list(expression(rule["expr"], KNOWN)) == []


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_dashboards_ask_for_what_the_registry_has(board: Path) -> None:
    asked = list(panels(json.loads(board.read_text())))
    assert asked
    assert [trouble for one in asked for trouble in expression(one, KNOWN)] == []


def test_every_metric_is_on_the_dashboard_of_its_part() -> None:
    files = wanted()
    for part, known in read_parts(HERE / "services" / "kit" / "signals").items():
        for sample in all_samples(known):
            if not sample.endswith("_sum"):
                assert sample in files[DASHBOARDS / f"plantmesh-{part}.json"], sample


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_runbooks_name_what_there_is(book: Path) -> None:
    files = [one.name for one in BOOKS]
    assert list(runbook(book.read_text(), KNOWN, files, COMMANDS)) == []
    [alert] = [one for one in alerts() if f"Alert: `{one}`\n" in book.read_text()]
    assert rules.runbook(alert) == book.name


# --- planted mistakes


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("plantmesh_nobody_knows > 1", "nothing exports plantmesh_nobody_knows"),
        ("rate(plantmesh_gateway_requests[5m])", "nothing exports plantmesh_gateway_requests"),
        ('plantmesh_flow_depth{kin="x"}', "plantmesh_flow_depth has no label kin"),
        ("sum by (lease) (plantmesh_flow_depth)", "no sample has the label lease"),
        ("max by (job (plantmesh_flow_depth)", "is no PromQL"),
    ],
)
def test_a_planted_expression_is_found(text: str, trouble: str) -> None:
    assert [found[: len(trouble)] for found in expression(text, KNOWN)] == [trouble]


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        ("plantctl lane list", "there is no command `plantctl lane list`"),
        ("plantctl lanes list --key lyon/1 --al", "No such option: --al"),
        ("plantctl lanes show", "Missing parameter: name"),
        ("plantctl lanes list --limit many", "should be a valid integer"),
    ],
)
def test_a_planted_command_is_found(line: str, trouble: str) -> None:
    [found] = command(line, COMMANDS)
    assert trouble in found


def test_a_planted_runbook_is_found() -> None:
    text = (FOLDER / "outbox-stuck.md").read_text()
    bad = text.replace("## Mend", "## Repair").replace("events-late.md", "late-events.md")
    bad += "`plantmesh_outbox_age`, plantmesh.outbox.age, `plantctl outbox`\n"
    assert len(list(runbook(bad, KNOWN, [one.name for one in BOOKS], COMMANDS))) == 5


def test_a_runbook_too_many_and_one_too_few_are_found() -> None:
    assert list(pairs({"a.md", "b.md"}, {"b.md", "c.md", "d.md"}, ["d.md"])) == [
        "a.md is linked by an alert and not there",
        "c.md is named by no alert and no command",
    ]
