"""The registry of signals, and the check that code and registry agree."""

from pathlib import Path

import pytest

from services.kit import signals
from services.kit.signals.check import problems
from services.kit.signals.registry import Metric, Registry, SpanKind, registry

KNOWN = Registry(
    metrics={"plantmesh.a.sent": Metric("counter", "1", "Sent.", "platform")},
    spans={"plantmesh.a.send": SpanKind("Send.", "platform")},
)
RIGHT = """
from services.kit import signals
from services.kit.signals import span as trace_of
sent = signals.counter("plantmesh.a.sent")
with trace_of("plantmesh.a.send"): ...
other.counter("not ours")
"""


def check(tmp_path: Path, code: str, known: Registry = KNOWN) -> list[str]:
    (tmp_path / "module.py").write_text(code)
    return [str(each).replace(f"{tmp_path}/", "") for each in problems([tmp_path], known)]


def test_the_committed_registry_reads() -> None:
    assert registry().metrics
    assert registry().spans


def test_a_metric_that_is_not_registered_is_refused() -> None:
    with pytest.raises(LookupError, match="not a registered metric"):
        signals.counter("plantmesh.nobody.knows")


def test_a_metric_of_another_kind_is_refused() -> None:
    with pytest.raises(LookupError, match="registered as histogram"):
        signals.counter("plantmesh.graph.duration")


def test_a_span_that_is_not_registered_is_refused() -> None:
    with pytest.raises(LookupError, match="not a registered span"), signals.span("nobody.knows"):
        pass


def test_code_that_matches_the_registry_has_no_problem(tmp_path: Path) -> None:
    assert check(tmp_path, RIGHT) == []


def test_a_planted_unknown_name_is_found(tmp_path: Path) -> None:
    found = check(tmp_path, RIGHT + 'signals.gauge("plantmesh.a.typo")\n')
    assert found == ["module.py:7: plantmesh.a.typo is not in the registry"]


def test_a_planted_computed_name_is_found(tmp_path: Path) -> None:
    found = check(tmp_path, RIGHT + 'signals.gauge("plantmesh." + part)\n')
    assert found == ["module.py:7: name the signal by a literal"]


def test_a_registered_name_nobody_uses_is_found(tmp_path: Path) -> None:
    assert check(tmp_path, "x = 1\n") == [
        "registry: plantmesh.a.send is used nowhere",
        "registry: plantmesh.a.sent is used nowhere",
    ]


def test_a_link_to_no_span_is_found(tmp_path: Path) -> None:
    known = Registry(spans={"plantmesh.a.send": SpanKind("S.", "p", links=("plantmesh.a.gone",))})
    code = 'from services.kit.signals import span\nspan("plantmesh.a.send")\n'
    assert check(tmp_path, code, known) == ["registry: a link names plantmesh.a.gone, no span"]
