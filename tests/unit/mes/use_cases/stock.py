"""What the warehouse alone was told, in the genealogy."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace

import pytest

from services.kit.errors import ConflictError
from services.mes.domain.genealogy import Direction, Kind
from services.mes.domain.lot_operation import Receive, Relabel, Ship, What
from services.mes.domain.lot_state import LotQuality
from services.mes.domain.passage import Receipt, Shipment
from tests.unit.mes.reports import hold, kg, lot_key, part, received
from tests.unit.mes.use_cases.steps import (
    Floor,
    family,
    follow,
    left,
    lot,
    operate,
    put,
    reversed_by,
    say,
    told,
)

MILL = Receive(part("F/1", "10"), "MILL", "M-77", purchase_order_no="450001")
TO_ACME = Ship(part("F/1", "4"), "80001", "ACME", "S-1")
TO_X = Relabel(lot_key("F/1"), lot_key("SALT/X"), kg("3"))


async def passages(floor: Floor, name: str) -> tuple[list[Receipt], list[Shipment]]:
    """Where a lot came from and went to."""
    async with floor.work() as books:
        ((_, _, places),) = await books.traces.reach([lot_key(name)], Direction.FORWARD, None)
        root = places[:1]
        return list(await books.traces.receipts(root)), list(await books.traces.shipments(root))


class StockContract:
    """Receipts, deliveries and relabels by event."""

    async def test_a_movement_is_a_passage_as_if_mes_had_been_told(self, floor: Floor) -> None:
        await follow(floor, told("r1", MILL), told("d1", TO_ACME))
        ((receipt,), (shipment,)) = await passages(floor, "F/1")
        assert (receipt.supplier, receipt.supplier_lot, receipt.purchase_order_no) == (
            "MILL",
            "M-77",
            "450001",
        )
        assert (shipment.customer, shipment.sales_order_no, shipment.shipment_no) == (
            "ACME",
            "S-1",
            "80001",
        )
        assert (receipt.quantity, shipment.quantity) == (kg("10"), kg("4"))
        assert await left(floor, "F/1") == ["6 KGM"]
        assert await floor.told() == ["lyon/F/1 LotOperated"] * 2

    async def test_it_counts_once_whoever_tells_it_and_however_often(self, floor: Floor) -> None:
        await operate(floor, MILL, id="r1")
        moved = (told("r1", replace(MILL, country="FR")), told("d1", TO_ACME))
        await follow(floor, *moved, *moved)
        await follow(floor, *moved)
        ((_,), (_,)) = await passages(floor, "F/1")
        assert await left(floor, "F/1") == ["6 KGM"]
        with pytest.raises(ConflictError, match="other content"):
            await operate(floor, replace(TO_ACME, customer="SHOP"), id="d1")

    async def test_a_relabel_is_an_edge_and_passes_holds_on(self, floor: Floor) -> None:
        await put(floor, hold("F/1"))
        await follow(floor, told("r1", MILL), told("l1", TO_X))
        assert await family(floor, "F/1", direction=Direction.FORWARD) == {"F/1", "SALT/X"}
        assert set((await lot(floor, "SALT/X")).holds) == {"H1"}
        async with floor.work() as books:
            [edge] = await books.genealogy.among([lot_key("F/1"), lot_key("SALT/X")])
        assert (edge.link.kind, edge.quantity) == (Kind.RELABEL, kg("3"))
        # Into a lot that is there, as a warehouse may.
        await follow(floor, told("l2", replace(TO_X, quantity=kg("2"))))
        assert await left(floor, "F/1", "SALT/X") == ["5 KGM", "5 KGM"]

    async def test_a_reversal_voids_what_it_takes_back(self, floor: Floor) -> None:
        await follow(floor, told("r1", MILL), told("d1", TO_ACME), told("l1", TO_X))
        await follow(floor, reversed_by("b1", "d1"), reversed_by("b2", "l1"))
        assert (await passages(floor, "F/1"))[1] == []
        assert await family(floor, "F/1", direction=Direction.FORWARD) == {"F/1"}
        assert await left(floor, "F/1") == ["10 KGM"]
        async with floor.work() as books:
            [struck] = (await books.genealogy.history([lot_key("SALT/X")]))[lot_key("SALT/X")]
        assert struck.void_by == "l1"
        # What it took has been used since: it has not come all the same.
        await follow(floor, told("d2", TO_ACME), reversed_by("b3", "r1"))
        assert (await passages(floor, "F/1"))[0] == []
        # Told again, and of what was nothing for mes.
        await follow(floor, reversed_by("b3", "r1"), reversed_by("b9", "transfer"))
        await follow(floor, reversed_by("b9", "transfer"))
        assert (await lot(floor, "F/1")).spent == kg("4")

    async def test_what_has_happened_is_not_refused(self, floor: Floor) -> None:
        """Held, blocked, short, never heard of, of another origin than was said before."""
        await operate(floor, MILL, id="r1")
        await operate(floor, received("SALT/X", "1"))
        await put(floor, hold("F/1"))
        await say(floor, "F/1", LotQuality.BLOCKED)
        happened: tuple[What, ...] = (
            TO_ACME,
            replace(TO_ACME, part=part("F/1", "11")),
            replace(TO_ACME, part=part("F/unknown", "1")),
            replace(MILL, supplier_lot="another"),
            TO_X,
        )
        for place, what in enumerate(happened):
            with pytest.raises(ConflictError):
                await operate(floor, what)
            await follow(floor, told(f"m{place}", what))
        assert (await lot(floor, "F/1")).supplier_lot == "M-77"
        assert await left(floor, "F/1", "SALT/X") == ["2 KGM", "4 KGM"]
        # Made by an order of ours, and bought back.
        async with floor.work() as books:
            lots = await books.lots.open([lot_key("F/2")])
            lots[lot_key("F/2")].order_no = "4711"
            await books.lots.save(lots.values())
        await follow(floor, told("r2", replace(MILL, part=part("F/2", "10"))))
        assert await left(floor, "F/2") == ["10 KGM"]

    async def test_a_lot_made_of_itself_waits_for_a_person(self, floor: Floor) -> None:
        """The broker parks the lot's movements behind it: somebody voids the first relabel."""
        back = Relabel(lot_key("SALT/X"), lot_key("F/1"), kg("1"))
        await follow(floor, told("r1", MILL), told("l1", TO_X))
        with pytest.raises(ConflictError) as caught:
            await follow(floor, told("l2", back))
        assert caught.value.field.startswith("operations[0]")
        received_too = told("r2", replace(MILL, part=part("SALT/X", "1")))
        await follow(floor, reversed_by("b1", "l1"), received_too, told("l2", back))
        assert await family(floor, "F/1", direction=Direction.BACKWARD) == {"F/1", "SALT/X"}
