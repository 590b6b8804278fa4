"""The renders that reviewers read are those that the charts make today."""

import difflib

from tools.charts import wires
from tools.charts.golden import FOLDER, files


def test_golden_renders_are_as_the_charts_make_them() -> None:
    wanted = files()
    assert set(FOLDER.glob("*.yaml")) == set(wanted)
    for path, text in wanted.items():
        kept = path.read_text()
        diff = "".join(
            difflib.unified_diff(
                kept.splitlines(keepends=True), text.splitlines(keepends=True), "kept", "made", n=1
            )
        )
        assert kept == text, f"{path.name}; make golden, and read what changed:\n{diff[:4000]}"


def test_the_page_tells_who_talks_to_whom_as_production_renders() -> None:
    assert wires.PAGE.read_text() == wires.page(), "make golden"
    encrypted = {(each.who, each.whom): each.encrypted for each in wires.wires()}
    assert encrypted["gateway", "graphs of all services:8080, HTTP"] == "mutual TLS"
    plain = {whom for (_, whom), how in encrypted.items() if how == "no"}
    assert plain == {
        "gateway:8080, HTTP",
        "metrics of services:9090, HTTP",
        "health of services:8081, gRPC",
        "health of gateway:8081, HTTP, also metrics",
    }
