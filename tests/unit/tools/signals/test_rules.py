"""Each alert fires when it should, and not before."""

import pytest

from services.kit.signals.registry import registry
from tests.promql.cases import Case, all_cases, all_rules, expectations, found

RULES = all_rules()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: f"{case.alert} {case.name}".strip())
def test_alert_is_quiet_and_fires_when_it_should(case: Case) -> None:
    assert list(found(case, RULES)) == list(expectations(case, RULES))


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_quiet() -> None:
    cases = all_cases()
    names = registry().alerts.keys() | registry().objectives.keys()
    assert {case.alert for case in cases if case.fires} == names
    assert {case.alert for case in cases if case.quiet} == names


def test_a_burn_is_over_soon_after_its_cause() -> None:
    assert [case.alert for case in all_cases() if case.ended] == ["PlantmeshGatewayUnavailable"]
