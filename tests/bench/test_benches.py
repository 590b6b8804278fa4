"""Each bench runs, with numbers too small to say anything; what it carries is right.

`make bench` runs them before it prints a figure.
"""

import json
from pathlib import Path

import pytest

from tests.bench.bench_audit import audit
from tests.bench.bench_backbone import backbone
from tests.bench.bench_calls import calls
from tests.bench.bench_genealogy import genealogy, growth
from tests.bench.bench_graph import graph
from tests.bench.bench_lanes import lanes
from tests.bench.bench_lists import lists
from tests.bench.bench_load import load
from tests.bench.meter import Cost
from tests.bench.report import Result, Step, publish

pytestmark = pytest.mark.bench


def test_events_are_all_applied() -> None:
    result = backbone(100, events=400)
    assert result.right
    assert [step.cost.count for step in result.steps] == [400] * 5


def test_postings_arrive_in_order() -> None:
    result = lanes(120, claims=(1, 20))
    assert result.right
    assert [step.cost.count for step in result.steps] == [20, 120]


def test_a_batch_brings_what_single_calls_bring() -> None:
    result = calls(items=1000)
    assert [step.cost.count for step in result.steps] == [100, 1000]
    assert all(step.beside["of it erp"] > 0 for step in result.steps)


def test_an_order_is_asked_for_through_the_gateway() -> None:
    result = graph(operations=40, orders=4)
    assert [step.cost.count for step in result.steps] == [40, 10]
    assert 0 < result.ratio < 1
    # Six subgraphs once each for the order; a level below, quality or wms again for its lots.
    assert result.steps[0].name == "order, 7.0 calls upstream"


def test_every_audited_change_is_in_a_whole_chain() -> None:
    result = audit(transactions=480)
    assert result.right
    assert [step.cost.count for step in result.steps] == [480, 480]


def test_a_trace_finds_what_a_bare_query_finds() -> None:
    result = genealogy(lots=400, sizes=(10, 100))
    assert result.right
    assert [step.cost.count for step in result.steps] == [20, 20, 2, 2]
    assert [step.name.split(":")[0] for step in result.steps[2:]] == [
        "trace of 100",
        "bare query of 100",
    ]


def test_families_are_traced_among_more_lots() -> None:
    result = growth(lots=400, times=2, sizes=(10, 100))
    assert result.right
    assert len(result.steps) == 8


def test_a_result_is_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    step = Step("fold", Cost(count=100, cpu=0.5, wall=1.0), {"PostgreSQL": 0.25})
    publish(Result("paper", "folds by creases", 2.5, 2, True, [step]), tmp_path)
    printed = capsys.readouterr().out
    assert "paper: folds by creases = 2.50 (aim 2.00)\n" in printed
    assert "(aim at most 2.00)" in Result("paper", "", 1, 2, True, at_most=True).table()
    assert "200/CPU s" in printed
    kept = json.loads((tmp_path / "paper.json").read_text())
    assert kept["ratio"] == 2.5
    assert kept["per_cpu_second"] == {"fold": 200}


def test_wrong_effects_spoil_a_result() -> None:
    assert "WRONG" in Result("paper", "folds", 9, 2, False).table()


def test_every_lot_is_listed_once() -> None:
    result = lists(lots=600)
    assert result.right
    assert [step.cost.count for step in result.steps] == [600] * 3


def test_a_load_stores_every_item_once() -> None:
    result = load(items=600)
    assert result.right
    assert [step.cost.count for step in result.steps] == [600] * 4
