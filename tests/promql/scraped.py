"""What our alerts would say of a page that a running service shows."""

from prometheus_client.parser import text_string_to_metric_families
from promql_parser import parse

from tests.promql.cases import all_rules
from tests.promql.evaluate import vector
from tests.promql.series import NAME, Sample, Storage


def alerts_about(page: str, job: str) -> set[str]:
    """Names of those whose expression has a result at once, whatever their `for` says.

    One scrape has no rates: these are the alerts about gauges, and about what is there at all.
    """
    storage = Storage()
    target = {"job": job, "instance": f"{job}-0"}
    _add(storage, {NAME: "up", **target}, 1.0)
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            _add(storage, {NAME: sample.name, **sample.labels, **target}, sample.value)
    rules = [rule for rule in all_rules() if "alert" in rule]
    return {rule["alert"] for rule in rules if vector(parse(rule["expr"]), storage, 0.0)}


def _add(storage: Storage, labels: dict[str, str], value: float) -> None:
    storage.add(frozenset(labels.items()), Sample(0.0, value))
