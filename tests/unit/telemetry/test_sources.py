"""A sources file that is wrong names the field."""

from pathlib import Path

import pytest

from services.kit.errors import InvalidError
from services.telemetry.adapters.sources import read_sources

GOOD = """
sources:
- name: press
  endpoint: opc.tcp://press-1:4840
  equipment:
  - equipment: lyon/hall-1/press-1
    state: nsu=urn:press;s=State
    counters:
    - {name: good, kind: good, node: "nsu=urn:press;s=Good", unit: H87, retained: true}
    - {name: used, kind: consumed, node: "nsu=urn:press;s=Used", retained: false, item: FLOUR}
"""


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD)
    (source,) = read_sources(path)
    assert [entry.counter.name for entry in source.equipment[0].counters] == ["good", "used"]
    assert source.security == "SignAndEncrypt"


@pytest.mark.parametrize(
    ("before", "after", "field", "says"),
    [
        ("nsu=urn:press;s=Good", "ns=2;s=Good", "sources[0].equipment[0].counters[0].node", "."),
        ("H87", "PCE", "sources[0].equipment[0].counters[0].unit", "Recommendation 20"),
        ("kind: good", "kind: nice", "sources[0].equipment[0].counters[0].kind", "."),
        (", item: FLOUR", "", "sources[0].equipment[0].counters[1]", "item"),
        ("unit: H87", "reason: i=1", "sources[0].equipment[0].counters[0]", "kind scrap"),
        ("unit: H87", "lot: i=1", "sources[0].equipment[0].counters[0]", "kind consumed"),
        ("name: used", "name: good", "sources[0].equipment[0]", "two counters"),
        ("lyon/hall-1/press-1", "press-1", "sources[0].equipment[0].equipment", "."),
        ("opc.tcp://", "http://", "sources[0].endpoint", "."),
        ("opc.tcp://", "opc.tcp://me:pass@", "sources[0].endpoint", "."),
        ("- name: press", "- name: press\n  security: None", "sources[0]", "insecure: true"),
        ("- name: press", "- name: press\n  user: me", "sources[0]", "secret"),
        (
            "- name: press",
            "- {name: x, endpoint: 'opc.tcp://x', equipment: [{equipment: lyon/x, state: i=1}],"
            " security: 'None', insecure: true, user: me, secret: s}\n- name: press",
            "sources[0]",
            "password",
        ),
        ("- name: press", "- name: press\n  colour: red", "sources[0].colour", "."),
        ("sources:", "sauces:", "sources", "."),
        ("sources:", "sources: [", "PLANTMESH_TELEMETRY_SOURCES", "."),
    ],
)
def test_a_bad_file_names_the_field(
    tmp_path: Path, before: str, after: str, field: str, says: str
) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD.replace(before, after, 1))
    with pytest.raises(InvalidError, match=says) as refused:
        read_sources(path)
    assert (refused.value.code, refused.value.field) == ("bad_sources", field)
    assert "pass@" not in str(refused.value)


def test_two_of_one_name_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD + GOOD.removeprefix("\nsources:\n"))
    with pytest.raises(InvalidError, match="two sources"):
        read_sources(path)
    path.write_text(GOOD + GOOD.removeprefix("\nsources:\n").replace("name: press", "name: oven"))
    with pytest.raises(InvalidError, match="one equipment in two places"):
        read_sources(path)
    with pytest.raises(InvalidError, match="No such file"):
        read_sources(tmp_path / "nothing.yaml")
    path.write_text("#" * 1_000_001)
    with pytest.raises(InvalidError, match="more than"):
        read_sources(path)
