"""mock-sap without our annex: an ERP with fewer fields, which books for purchase orders only."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing

import pytest

from services.erp.adapters.odata import ODataErp
from services.erp.adapters.odata.movements import key_of
from services.erp.domain.document import PostingDocument, Sought
from services.erp.domain.posting import Kind
from services.erp.ports.feeds import Changes
from services.kit.clock import Instant
from services.kit.lanes.outcome import Outcome, Posted, Rejected, Unavailable
from services.kit.lanes.systems import System
from tests.contract.erp_system.stage import DAY, NOON, line
from tests.contract.sap.conftest import ROOT
from tests.servers import scratch_folder
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import Program
from tools.peers.sap.desk import PLANT
from tools.peers.sap.place import USER, Place, declare

ORDER = "4500000100"


@pytest.fixture(scope="module")
def sap() -> Iterator[tuple[Program, Place]]:
    """A process as it is sold."""
    with scratch_folder() as root:
        place = Place(root / "sap")
        [program] = declare(place, annex=False).programs(root)
        program.start()
        try:
            yield program, place
        finally:
            program.kill()


@pytest.fixture
async def erp(sap: tuple[Program, Place]) -> AsyncIterator[ODataErp]:
    """The adapter, told that there are no production orders."""
    program, place = sap
    settings = {
        "url": f"http://{LOOPBACK}:{program.port('http')}{ROOT}",
        "plaintext": True,
        "user": USER,
        "plants": {"lyon": PLANT},
        "production_orders": False,
    }
    erp = ODataErp(System("sap", "odata", ("lyon",), 1, settings=settings), place.password)
    yield erp
    await erp.close()


async def test_a_receipt_is_booked_with_what_the_erp_has_fields_for(
    erp: ODataErp, sap: tuple[Program, Place]
) -> None:
    outcome = await erp.post(receipt("lyon/4500000100/1/yield"), None, ())
    assert isinstance(outcome, Posted)
    assert await documents(erp, "lyon/4500000100/1/yield") == (outcome.document,)
    key, kind, material, amount, unit = booked(sap[1])[-1]
    assert key == key_of("lyon/4500000100/1/yield")
    assert (kind, material, amount, unit) == ("101", "TG11", "2.500", "KG")


async def test_the_same_receipt_again_is_a_second_document_that_is_found(erp: ODataErp) -> None:
    for _ in range(2):
        assert isinstance(await erp.post(receipt("twice"), None, ()), Posted)
    assert len(await documents(erp, "twice")) == 2


@pytest.mark.parametrize(
    ("kind", "order_no", "code", "field"),
    [
        (Kind.SCRAP, ORDER, "not_supported", "kind"),
        (Kind.YIELD, "45000001001", "too_long", "order.order_no"),
        (Kind.CLOSE, ORDER, "not_supported", "kind"),
    ],
)
async def test_what_it_has_no_field_for_is_refused(
    kind: Kind, order_no: str, code: str, field: str, erp: ODataErp
) -> None:
    outcome: Outcome = await erp.post(receipt("p-1", kind, order_no), None, ())
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.field) == (code, field)


async def test_nothing_is_taken_back_where_documents_name_no_other(erp: ODataErp) -> None:
    first = await erp.post(receipt("wrong"), None, ())
    assert isinstance(first, Posted)
    outcome = await erp.cancel(receipt("undo", Kind.REVERSAL), first.document)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "not_supported"


async def test_it_tells_of_no_production_orders(erp: ODataErp) -> None:
    assert await erp.list_orders("") == Changes((), "")
    assert await erp.get_order("lyon", ORDER) is None


def receipt(reference: str, kind: Kind = Kind.YIELD, order_no: str = ORDER) -> PostingDocument:
    """2.5 kg of TG11, which mock-sap knows."""
    lines = () if kind in (Kind.CLOSE, Kind.REVERSAL) else (line("TG11", "2.5", "KG", "L-1"),)
    return PostingDocument("lyon", order_no, reference, kind, lines, Instant.of(NOON), DAY)


async def documents(erp: ODataErp, reference: str) -> tuple[str, ...]:
    """What the adapter finds."""
    found = await erp.find([Sought("lyon", ORDER, reference)])
    assert not isinstance(found, Unavailable)
    return found[reference].documents


def booked(place: Place) -> list[tuple[str, ...]]:
    """Lines from its own database, in order."""
    asked = (
        "SELECT ReferenceDocument, GoodsMovementType, Material, QuantityInEntryUnit, EntryUnit"
        " FROM A_MaterialDocumentItem JOIN A_MaterialDocumentHeader"
        " USING (MaterialDocument, MaterialDocumentYear) ORDER BY MaterialDocument"
    )
    with closing(sqlite3.connect(f"file:{place.database}?mode=ro", uri=True)) as connection:
        return list(connection.execute(asked))
