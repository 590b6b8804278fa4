"""The renders that reviewers read are those that the charts make today."""

import difflib

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
