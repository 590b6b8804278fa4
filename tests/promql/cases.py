"""Cases of alerts as tables, judged by our evaluator and, the same ones, by promtool."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml

from tests.promql.rules import Rule, asked, needed, run, seconds
from tests.promql.series import NAME, Labels, Storage, read_series
from tools.mesh.program import HERE

FOLDER = HERE / "tests" / "unit" / "tools" / "signals" / "cases"
RULES = HERE / "charts" / "plantmesh" / "rules"
_EVALUATED = "1m"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Series as promtool writes them, and when the alert is quiet and when it fires.

    `labels` are those of the firing alert beside its own; `more` are other burns that fire then;
    `ended` names a window whose burn is over at a later time.
    """

    alert: str
    series: dict[str, str]
    quiet: tuple[str, ...] = ()
    fires: str = ""
    labels: dict[str, str] = {}
    more: tuple[dict[str, str], ...] = ()
    ended: dict[str, str] = {}
    name: str = ""
    step: str = _EVALUATED


def all_cases() -> list[Case]:
    """From every file."""
    files = sorted(FOLDER.glob("*.yaml"))
    return [
        one for file in files for one in msgspec.yaml.decode(file.read_bytes(), type=list[Case])
    ]


def all_rules() -> list[Rule]:
    """From every rule file of the chart."""
    files = [yaml.safe_load(file.read_text()) for file in sorted(RULES.glob("*.yaml"))]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def expectations(case: Case, rules: Sequence[Rule]) -> Iterator[tuple[str, str, set[Labels]]]:
    """Expression, when, and the series of ALERTS that it finds."""
    firing = f'ALERTS{{alertname="{case.alert}",alertstate="firing"}}'
    for moment in case.quiet:
        yield firing, moment, set()
    if case.fires:
        wanted = [case.labels, *({**case.labels, **other} for other in case.more)]
        yield firing, case.fires, {_alerts(case, rules, labels) for labels in wanted}
    if case.ended:
        ended = f'{firing[:-1]},window="{case.ended["window"]}"}}'
        yield ended, case.ended["at"], set()


def found(case: Case, rules: Sequence[Rule]) -> Iterator[tuple[str, str, set[Labels]]]:
    """The same as our evaluator finds it."""
    storage = Storage()
    for name, values in case.series.items():
        for labels, sample in read_series(name, values, seconds(case.step)):
            storage.add(labels, sample)
    moments = [(expr, moment) for expr, moment, _ in expectations(case, rules)]
    latest = max(seconds(moment) for _, moment in moments)
    run(needed(rules, {case.alert}), storage, until=latest, step=seconds(case.step))
    for expr, moment in moments:
        yield expr, moment, set(asked(expr, storage, seconds(moment)))


def as_promtool(case: Case, rules: Sequence[Rule]) -> Mapping[str, Any]:
    """One test of promtool."""
    return {
        "name": f"{case.alert} {case.name}".strip(),
        "interval": case.step,
        "input_series": [{"series": n, "values": values} for n, values in case.series.items()],
        "promql_expr_test": [
            {
                "expr": expr,
                "eval_time": moment,
                "exp_samples": [
                    {"labels": _written(one), "value": 1} for one in sorted(wanted, key=sorted)
                ],
            }
            for expr, moment, wanted in expectations(case, rules)
        ],
    }


def write_promtool(folder: Path) -> list[Path]:
    """One file for each step of evaluation, in `folder`."""
    rules, cases = all_rules(), all_cases()
    written = []
    for step in sorted({case.step for case in cases}):
        path = folder / f"{step}.yaml"
        content = {
            "rule_files": [str(file) for file in sorted(RULES.glob("*.yaml"))],
            "evaluation_interval": step,
            "tests": [as_promtool(case, rules) for case in cases if case.step == step],
        }
        path.write_text(yaml.safe_dump(content, sort_keys=False))
        written.append(path)
    return written


def _alerts(case: Case, rules: Sequence[Rule], labels: Mapping[str, str]) -> Labels:
    own = next(rule["labels"] for rule in rules if rule.get("alert") == case.alert)
    state = {NAME: "ALERTS", "alertname": case.alert, "alertstate": "firing"}
    return frozenset((own | labels | state).items())


def _written(labels: Labels) -> str:
    pairs = sorted((name, value) for name, value in labels if name != NAME)
    return "ALERTS{" + ",".join(f'{name}="{value}"' for name, value in pairs) + "}"
