"""What a trusted document costs: nobody is asked twice at the same time, and by how many stages."""

import json
import subprocess

import pytest

from tools.mesh import binaries
from tools.mesh.program import HERE

Stages = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def stages() -> Stages:
    """Of each document, whom the gateway asks one after the other and whom at once."""
    script = HERE / "tests" / "web" / "plans.mjs"
    told = subprocess.run(
        [str(binaries.node()), str(script)], capture_output=True, text=True, check=True
    )
    plans = [json.loads(line) for line in told.stdout.splitlines()]
    return {plan["name"]: plan["stages"] for plan in plans}


def test_no_service_is_asked_twice_at_once(stages: Stages) -> None:
    for name, asked in stages.items():
        assert all(len(set(services)) == len(services) for services in asked), name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Customers", [{"ids"}, {"mes"}, {"wms", "erp", "reference"}]),
        ("Suppliers", [{"ids"}, {"mes"}, {"erp", "reference"}]),
        ("ByOrderNumber", [{"ids"}, {"mes", "erp"}]),
        ("ByLotNumber", [{"mes"}]),
        ("BySscc", [{"wms"}]),
        ("ByPurchaseOrderNumber", [{"ids"}, {"mes", "erp"}]),
    ],
)
def test_a_document_takes_no_more_stages_than_it_has_levels(
    stages: Stages, name: str, wanted: list[set[str]]
) -> None:
    assert [set(services) for services in stages[name]] == wanted
