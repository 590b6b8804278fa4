"""What each ERP's orders say of reporting and backflush, read in our words."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.erp.adapters.ledger import papers
from services.erp.adapters.odata.orders import read_order
from services.erp.domain.document import ComponentDocument, OperationDocument

PARIS = ZoneInfo("Europe/Paris")


def sap(component: dict[str, Any], operation: dict[str, Any]) -> bytes:
    """An order of S/4HANA's shape, with one of each."""
    part = {
        "BillOfMaterialItemNumber": "0010",
        "Material": "steel",
        "RequiredQuantity": "120.5",
        "BaseUnit": "KG",
    }
    step = {
        "ManufacturingOrderOperation": "0010",
        "MfgOrderOperationText": "press",
        "WorkCenter": "W1",
    }
    order = {
        "__metadata": {},
        "ManufacturingOrder": "4711",
        "ProductionPlant": "lyon",
        "Material": "widget",
        "TotalQuantity": "100",
        "ProductionUnit": "KG",
        "LastChangeDateTime": "20260504120000",
        "to_ProductionOrderComponent": {"results": [part | component]},
        "to_ProductionOrderOperation": {"results": [step | operation]},
        "to_ProductionOrderStatus": {"results": []},
    }
    return json.dumps(order).encode()


def test_sap_says_it_in_its_control_profile_and_the_component() -> None:
    flushed = {
        "MatlCompIsMarkedForBackflush": True,
        "ManufacturingOrderOperation": "0010",
        "Batch": "S-1",
    }
    order = read_order(sap(flushed, {"OperationControlProfile": "PP01"}), {}, PARIS)
    assert order.components == (ComponentDocument(10, "steel", "120.5", "KG", True, 10, "S-1"),)
    assert order.operations == (OperationDocument(10, "press", "W1", "PP01"),)


@pytest.mark.parametrize("silent", [{}, {"OperationControlProfile": None}])
def test_sap_may_say_nothing_of_it(silent: dict[str, Any]) -> None:
    nothing = dict.fromkeys(silent and ("MatlCompIsMarkedForBackflush", "Batch"))
    order = read_order(sap(nothing, silent), {}, PARIS)
    assert order.components == (ComponentDocument(10, "steel", "120.5", "KG"),)
    assert order.operations == (OperationDocument(10, "press", "W1"),)


def test_the_ledger_says_it_in_its_own_words() -> None:
    order = {
        "plant": "lyon",
        "order": "4711",
        "item": "widget",
        "quantity": "100",
        "unit": "KG",
        "status": ["REL"],
        "version": 1,
        "changed": "2026-05-04T12:00:00Z",
        "due_start": "2026-05-04T12:00:00Z",
        "due_end": "2026-05-05T12:00:00Z",
        "components": [
            {"position": 10, "item": "steel", "quantity": "1", "unit": "KG"}
            | {"backflush": True, "operation": 10, "lot": "S-1"}
        ],
        "operations": [{"sequence": 10, "segment": "press", "work_center": "W1", "control": "MS"}],
    }
    read = papers.read_order(json.dumps(order).encode())
    assert read.components == (ComponentDocument(10, "steel", "1", "KG", True, 10, "S-1"),)
    assert read.operations == (OperationDocument(10, "press", "W1", "MS"),)
