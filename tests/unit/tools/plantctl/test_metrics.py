"""What is read from a metrics page, and how the pages of replicas become one."""

import pytest

from services.kit.errors import InvalidError
from tools.mesh.program import HERE
from tools.plantctl.cluster.metrics import Flow, merge, parse
from tools.plantctl.ways import RUNBOOKS, ways_out

PAGE = """
# TYPE plantmesh_flow_depth gauge
plantmesh_flow_depth{kind="lane",name="ledger",state="refused"} 41.0
# TYPE plantmesh_flow_oldest_seconds gauge
plantmesh_flow_oldest_seconds{kind="lane",name="ledger",state="refused"} 90.5
# TYPE plantmesh_elector_leading gauge
plantmesh_elector_leading{lease="audit"} 1.0
plantmesh_elector_leading{lease="expiry"} 0.0
# TYPE plantmesh_elector_epoch gauge
plantmesh_elector_epoch{lease="audit"} 12.0
plantmesh_elector_epoch{lease="expiry"} 3.0
# TYPE plantmesh_component_state gauge
plantmesh_component_state{component="relay",state="degraded"} 1.0
plantmesh_component_state{component="relay",state="active"} 0.0
plantmesh_component_state{component="lanes",state="active"} 1.0
"""


def test_flows_and_leases_are_read() -> None:
    page = parse("erp-0", "erp", PAGE)
    assert page.flows == (Flow("erp", "lane", "ledger", "refused", 41, 90.5),)
    assert page.leads == (("audit", 12),)
    assert page.unwell == (("relay", "degraded"),)


def test_every_way_out_is_a_page_and_every_kind_of_row_has_one() -> None:
    kinds = {"outbox", "subscriber", "consumer", "parked", "lane", "doubt", "raw_input"}
    assert {kind for kind, _ in RUNBOOKS} == kinds | {"component", "part", "process", "database"}
    for book in RUNBOOKS.values():
        assert (HERE / "docs" / book).is_file(), book
    assert ways_out([("lane", "refused"), ("lane", "ready"), ("deployment", "3/3 ready")]) == [
        "lane: docs/runbooks/posting-late.md",
        "lane: docs/runbooks/posting-refused.md",
    ]


def test_a_page_for_people_is_refused() -> None:
    with pytest.raises(InvalidError, match="cannot be read"):
        parse("erp-0", "erp", "<html>please log in</html>")


def test_replicas_are_not_added_up() -> None:
    late = parse("erp-1", "erp", PAGE.replace("41.0", "40.0"))
    assert merge([parse("erp-0", "erp", PAGE), late]) == merge([parse("erp-0", "erp", PAGE)])
