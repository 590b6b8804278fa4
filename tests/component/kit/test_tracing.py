"""Traces and metrics through the real SDK, in a process of their own: providers are set once."""

import json
import subprocess
import sys
from typing import Any

import pytest

from services.kit.signals.exposition import all_samples
from services.kit.signals.registry import registry
from tests.scrape import samples

PREAMBLE = """
import json
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from services.kit import signals
from services.kit.errors import ConflictError
from services.kit.signals import setup

OP = "plantmesh.graph.operation"
RECORDED = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
UNRECORDED = "00-" + "c" * 32 + "-" + "d" * 16 + "-00"

def tell(**facts):
    print(json.dumps(facts))
"""
SINK = """
sink = InMemorySpanExporter()
provider = setup.tracer_provider(Resource({}), SHARE)
provider.add_span_processor(SimpleSpanProcessor(sink))
trace.set_tracer_provider(provider)
"""


def traced(code: str, share: float = 1.0) -> dict[str, Any]:
    return run(SINK.replace("SHARE", str(share)) + code)


def run(code: str) -> dict[str, Any]:
    script = PREAMBLE + code
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_traceparent_links_the_next_operation_to_its_cause() -> None:
    said = traced("""
with signals.span(OP):
    sent = signals.carrier()
with signals.span(OP, links=[sent, sent, "", "garbage", UNRECORDED]):
    pass
first, second = sink.get_finished_spans()
tell(links=[format(l.context.span_id, "x") for l in second.links],
     cause=format(first.context.span_id, "x"), own_trace=second.parent is None)
""")
    assert said["links"] == [said["cause"]]
    assert said["own_trace"]


def test_an_operation_follows_what_it_finds_later_once_and_never_itself() -> None:
    said = traced("""
signals.follow([RECORDED])
with signals.span(OP, links=[RECORDED]) as current:
    signals.follow([RECORDED, UNRECORDED, "garbage", signals.carrier()])
    signals.follow(["00-" + "e" * 32 + "-" + "f" * 16 + "-01"] * 2)
span, = sink.get_finished_spans()
tell(links=[format(l.context.span_id, "x") for l in span.links])
""")
    assert said["links"] == ["b" * 16, "f" * 16]


def test_a_parent_given_by_header_continues_its_trace() -> None:
    said = traced("""
with signals.span(OP, parent=RECORDED):
    pass
span, = sink.get_finished_spans()
tell(trace=format(span.context.trace_id, "x"), parent=format(span.parent.span_id, "x"))
""")
    assert said == {"trace": "a" * 32, "parent": "b" * 16}


def test_a_chain_is_recorded_past_its_first_link_though_nothing_else_is() -> None:
    said = traced(
        """
for cause in [RECORDED, UNRECORDED, ""]:
    with signals.span(OP, links=[cause]):
        pass
tell(recorded=len(sink.get_finished_spans()))
""",
        share=0.0,
    )
    assert said["recorded"] == 1


def test_a_failed_operation_shows_its_code_and_not_its_text() -> None:
    said = traced("""
for error in [ConflictError("hunter2", code="order_complete"), RuntimeError("hunter2")]:
    try:
        with signals.span(OP):
            raise error
    except Exception:
        pass
spans = sink.get_finished_spans()
tell(types=[s.attributes["error.type"] for s in spans], whole=[s.to_json() for s in spans])
""")
    assert said["types"] == ["order_complete", "RuntimeError"]
    assert "hunter2" not in str(said["whole"])


@pytest.mark.parametrize("statements", [True, False])
def test_statements_are_traced_only_on_demand(statements: bool) -> None:
    said = run(f"""
import psycopg
setup.instrument(statements={statements})
tell(wrapped=hasattr(psycopg.AsyncConnection.connect, "__wrapped__"))
""")
    assert said["wrapped"] is statements


def test_prometheus_reads_what_the_code_counted() -> None:
    said = run("""
import urllib.request
running = setup.start("mes", "mes-1", setup.Export(metrics_port=0))
signals.counter("plantmesh.graph.errors").add(3, {"code": "conflict"})
page = urllib.request.urlopen(f"http://127.0.0.1:{running.metrics_port}/metrics").read().decode()
running.close()
tell(lines=[l for l in page.splitlines() if l.startswith("plantmesh_graph_errors_total")])
""")
    (line,) = said["lines"]
    assert 'code="conflict"' in line
    assert line.endswith(" 3.0")


def test_every_registered_metric_is_scraped_under_the_name_that_queries_use() -> None:
    said = run("""
import urllib.request
from services.kit.signals.registry import registry
running = setup.start("mes", "mes-1", setup.Export(metrics_port=0))
known, kept = registry(), []
for name, metric in known.metrics.items():
    labels = dict.fromkeys(metric.attributes, "x")
    match metric.kind:
        case "observed":
            signals.observe(name, lambda labels=labels: [(1, labels)])
        case "gauge":
            signals.gauge(name).set(1, labels)
        case "histogram":
            signals.histogram(name).record(1, labels)
        case kind:
            getattr(signals, kind)(name).add(1, labels)
for name, measure in known.measures.items():
    labels = dict.fromkeys(measure.attributes, "x")
    signals.observe(name, lambda labels=labels: [(1, labels)])
page = urllib.request.urlopen(f"http://127.0.0.1:{running.metrics_port}/metrics").read().decode()
running.close()
tell(page=page)
""")
    shown = {name: frozenset(labels) for name, labels in samples(said["page"])}
    known = all_samples(registry())
    assert shown == {name: frozenset(metric.attributes) for name, metric in known.items()}
    assert "process_resident_memory_bytes" in said["page"]
    assert "process_cpu_seconds_total" in said["page"]


def test_spans_reach_an_otlp_collector() -> None:
    said = run("""
import gzip, http.server, threading
seen = []
class Sink(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        plain = gzip.decompress(body) if body[:2] == b"\\x1f\\x8b" else body
        seen.append((self.path, OP.encode() in plain))
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Sink)
threading.Thread(target=server.serve_forever, daemon=True).start()
export = setup.Export(f"http://127.0.0.1:{server.server_port}/", trace_share=1)
running = setup.start("mes", "mes-1", export)
with signals.span(OP):
    signals.counter("plantmesh.graph.errors").add(1, {"code": "conflict"})
running.close()
tell(seen=seen)
""")
    assert ["/v1/traces", True] in said["seen"]
    assert any(path == "/v1/metrics" for path, _ in said["seen"])
