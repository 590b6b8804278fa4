"""What the smoke test takes for a good answer, and that it leaves no subgraph out."""

from typing import Any

import pytest
from graphql import parse
from pydantic import ValidationError

from services.kit.errors import UnavailableError
from tools.mesh.gateway import FOLDER
from tools.smoke.questions import DOCUMENT, judge
from tools.smoke.settings import SmokeSettings


def test_an_answer_with_every_part_is_good() -> None:
    judge({"data": {"orders": {"edges": []}, "lots": {"edges": []}}})


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (
            {
                "data": {"orders": None, "lots": {}},
                "errors": [
                    {"message": "away", "extensions": {"code": "DOWN", "serviceName": "erp"}}
                ],
            },
            "erp: DOWN away",
        ),
        ({"data": {"orders": None, "lots": {}}}, "nothing of orders"),
        ({"data": None, "errors": [{"message": "who?"}]}, "gateway:  who?"),
        ({}, "nothing"),
    ],
)
def test_whatever_is_missing_is_named(answer: dict[str, object], named: str) -> None:
    with pytest.raises(UnavailableError, match=named):
        judge(answer)


def test_every_subgraph_is_asked() -> None:
    supergraph: Any = parse((FOLDER / "supergraph.graphql").read_text())
    named = {one.name.value: one for one in supergraph.definitions if hasattr(one, "name")}
    owners = {field.name.value: owner(field) for field in named["Query"].fields}
    asked: Any = parse(DOCUMENT).definitions[0]
    met = [owners[field.name.value] for field in asked.selection_set.selections]
    assert sorted([*met, "IDS"]) == [each.name.value for each in named["join__Graph"].values]


def owner(field: Any) -> str:
    [joined] = [one for one in field.directives if one.name.value == "join__field"]
    return str({one.name.value: one.value.value for one in joined.arguments}["graph"])


def test_addresses_are_targets_by_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        ("ISSUER", "http://i"),
        ("CLIENT_SECRET", "s"),
        ("GATEWAY_URL", "http://g"),
    ):
        monkeypatch.setenv(f"PLANTMESH_{name}", value)
    monkeypatch.setenv("PLANTMESH_ADDRESSES", "erp=dns:///erp:1,mes=mes:2")
    assert SmokeSettings().targets == {"erp": "dns:///erp:1", "mes": "mes:2"}
    monkeypatch.setenv("PLANTMESH_ADDRESSES", "erp:1")
    with pytest.raises(ValidationError, match="addresses"):
        SmokeSettings()
