"""Alerting rules as Prometheus has its own files: the chart wraps them, promtool reads them."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from services.kit.signals.registry import Alert, Registry
from tools.signals.objectives import burn_rules, records

PREFIX = "Plantmesh"
RUNBOOKS = "https://github.com/plantmesh/plantmesh/blob/main/docs/runbooks"
_HEAD = "# Written by `make dashboards` from services/kit/signals/alerts.yaml; changes are lost.\n"
Rule = dict[str, Any]


def rule_files(known: Registry, owners: Mapping[str, str]) -> dict[str, str]:
    """File name to text; `owners` says which team each alert is for."""
    alerts = [_rule(name, alert, owners) for name, alert in known.alerts.items()]
    burning = [
        _told(rule, rule.pop("summary"), owners)
        for name, objective in known.objectives.items()
        for rule in burn_rules(name, objective)
    ]
    measured = [rule for objective in known.objectives.values() for rule in records(objective)]
    return {
        "alerts.yaml": _file({"plantmesh-alerts": alerts}),
        "objectives.yaml": _file(
            {"plantmesh-objectives-measured": measured, "plantmesh-objectives": burning}
        ),
    }


def runbook(alert: str) -> str:
    """PlantmeshOutboxStuck is explained in outbox-stuck.md."""
    words = re.findall(r"[A-Z][a-z0-9]*", alert.removeprefix(PREFIX))
    return f"{'-'.join(words).lower()}.md"


def _rule(name: str, alert: Alert, owners: Mapping[str, str]) -> Rule:
    rule: Rule = {"alert": name, "expr": alert.expr}
    if alert.lasts != "0m":
        rule["for"] = alert.lasts
    rule["labels"] = {"severity": alert.severity}
    return _told(rule, alert.summary, owners)


def _told(rule: Rule, summary: str, owners: Mapping[str, str]) -> Rule:
    """With whom it is for and where to read on."""
    name = rule["alert"]
    rule["labels"]["team"] = owners.get(name, "")
    rule["annotations"] = {"summary": summary, "runbook_url": f"{RUNBOOKS}/{runbook(name)}"}
    return rule


def _file(groups: Mapping[str, list[Rule]]) -> str:
    content = {"groups": [{"name": name, "rules": rules} for name, rules in groups.items()]}
    return _HEAD + yaml.safe_dump(content, sort_keys=False, width=100, allow_unicode=True)
