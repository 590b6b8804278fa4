"""What mes does with lots outside of orders."""

# ruff: noqa: D102 - a test's name is its sentence

from dataclasses import replace
from datetime import timedelta

import pytest

from services.kit.errors import ConflictError, DomainError, InvalidError, NotFoundError
from services.mes.application.trace import trace
from services.mes.domain.genealogy import Direction, Kind
from services.mes.domain.lot_operation import (
    Aggregate,
    Consume,
    Merge,
    Part,
    Receive,
    Relabel,
    Rework,
    Ship,
    Split,
    What,
)
from services.mes.domain.lot_state import (
    LotDisposition,
    LotQuality,
)
from tests.unit.mes.reports import NOON, hold, kg, lot_key, part, plan, received, report
from tests.unit.mes.use_cases.steps import (
    Floor,
    confirm,
    create,
    family,
    left,
    lot,
    operate,
    put,
    say,
)

LATER = NOON + timedelta(days=30)


class OperationsContract:
    """Split, merge, relabel, rework, pack, receive, ship, use up."""

    async def test_a_lot_is_received_split_and_merged_to_the_last_gram(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"), received("F/2", "0.000000000001"))
        await operate(floor, Split(lot_key("F/1"), (part("F/1a", "3.3"), part("F/1b", "6.6"))))
        assert await left(floor, "F/1", "F/1a", "F/1b") == ["0.1 KGM", "3.3 KGM", "6.6 KGM"]
        parts = part("F/1a", "3.3"), part("F/1b", "6.5"), part("F/2", "0.000000000001")
        await operate(floor, Merge(parts, lot_key("F/3")))
        assert await left(floor, "F/1a", "F/1b", "F/2", "F/3") == [
            "0 KGM",
            "0.1 KGM",
            "0 KGM",
            "9.800000000001 KGM",
        ]
        assert await family(floor, "F/1", direction=Direction.FORWARD) == {
            "F/1",
            "F/1a",
            "F/1b",
            "F/3",
        }
        assert (await lot(floor, "F/1a")).status is LotQuality.CONSUMED
        assert (await lot(floor, "F/1a")).quality is LotQuality.CREATED
        await operate(floor, Merge((part("F/1", "0.1"),), lot_key("F/3")))
        assert await left(floor, "F/3") == ["9.900000000001 KGM"]

    async def test_an_operation_is_carried_out_once(self, floor: Floor) -> None:
        assert (await operate(floor, received("F/1", "10"), id="r")).replayed == []
        assert (await operate(floor, received("F/1", "10"), id="r")).replayed == ["r"]
        assert await left(floor, "F/1") == ["10 KGM"]
        with pytest.raises(ConflictError) as caught:
            await operate(floor, received("F/1", "11"), id="r")
        assert (caught.value.code, caught.value.field) == (
            "operation_differs",
            "operations[0].event_id",
        )
        await create(floor, plan())
        await confirm(floor, report("c"))
        with pytest.raises(ConflictError, match="reported with other content"):
            await operate(floor, received("F/1", "1"), id="c")
        assert await floor.told() == [
            "lyon/F/1 LotOperated",
            *(one for one in await floor.told() if one.startswith("lyon/4711")),
        ]

    async def test_parts_keep_what_is_known_of_the_whole(self, floor: Floor) -> None:
        told = replace(
            received("F/1", "10"),
            supplier="MILL",
            supplier_lot="M7",
            manufacturer="MILLER",
            country="FR",
            expiry_at=LATER,
            attributes=(("grade", "A"), ("protein", "12")),
        )
        other = replace(
            told, part=part("F/2", "10"), country="DE", expiry_at=NOON + timedelta(days=9)
        )
        other = replace(other, attributes=(("grade", "A"), ("protein", "11")))
        await operate(floor, told, other)
        await operate(floor, Split(lot_key("F/1"), (part("F/1a", "4"),)))
        await operate(floor, Relabel(lot_key("F/1"), lot_key("SALT/X"), kg("1")))
        for name in ("F/1", "F/1a", "SALT/X"):
            one = await lot(floor, name)
            assert (one.country, one.supplier_lot, one.expiry_at) == ("FR", "M7", LATER)
            assert one.disposition is LotDisposition.RESTRICTED
        await operate(floor, Merge((part("F/1a", "1"), part("F/2", "1")), lot_key("F/3")))
        one = await lot(floor, "F/3")
        assert (one.country, one.manufacturer, one.attributes) == ("", "MILLER", {"grade": "A"})
        assert one.expiry_at == other.expiry_at
        await operate(floor, replace(told, part=part("F/1", "1")))
        with pytest.raises(ConflictError) as caught:
            await operate(floor, replace(told, part=part("F/1", "1"), country="IT"))
        assert caught.value.field == "operations[0].receive.country_of_origin"

    async def test_relabel_takes_all_that_is_left(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"))
        await operate(floor, Consume(lot_key("F/1"), kg("4")))
        await operate(floor, Relabel(lot_key("F/1"), lot_key("SALT/1")))
        assert await left(floor, "F/1", "SALT/1") == ["0 KGM", "6 KGM"]
        await operate(floor, Consume(lot_key("SALT/1")))
        assert (await lot(floor, "SALT/1")).status is LotQuality.CONSUMED

    async def test_rework_goes_into_a_new_lot(self, floor: Floor) -> None:
        await create(floor, plan())
        await confirm(floor, report("a", consumed=(("FLOUR/F1", "5"),)))
        await operate(floor, Rework(part("BREAD/L1", "2"), lot_key("BREAD/L1R")))
        assert await left(floor, "BREAD/L1", "BREAD/L1R") == ["8 KGM", "2 KGM"]
        assert (await lot(floor, "BREAD/L1R")).disposition is LotDisposition.IN_PROCESS
        back = await family(floor, "BREAD/L1R", direction=Direction.BACKWARD)
        assert back == {"BREAD/L1R", "BREAD/L1", "FLOUR/F1"}

    async def test_a_pack_is_counted_its_own_way(self, floor: Floor) -> None:
        await operate(floor, received("F/1", "10"), received("SALT/1", "1"))
        parts = part("F/1", "2"), part("SALT/1", "0.1")
        await operate(floor, Aggregate(parts, part("BREAD/KIT", "1")))
        assert await left(floor, "F/1", "SALT/1", "BREAD/KIT") == ["8 KGM", "0.9 KGM", "1 KGM"]

    async def test_a_lot_of_another_plant_is_received_under_a_key_of_its_own(
        self, floor: Floor
    ) -> None:
        await operate(floor, received("F/1", "10"))
        sent = lot_key("F/1")._replace(plant="lyon")
        nice = sent._replace(plant="nice", lot_no="N1")
        told = Receive(Part(nice, kg("4")), sent_as=sent)
        await operate(floor, told, plant="nice")
        async with floor.work() as books:
            family = await trace(books, [sent], Direction.FORWARD)
            assert [one.key for one in family.lots] == [sent, nice]
            assert [edge.link.kind for edge in family.edges] == [Kind.RECEIVE]
            mine = await trace(books, [sent], Direction.FORWARD, ["lyon"])
            assert ([one.key for one in mine.lots], mine.edges) == ([sent], [])
        with pytest.raises(NotFoundError) as caught:
            await operate(floor, replace(told, sent_as=sent._replace(lot_no="?")), plant="nice")
        assert caught.value.field == "operations[0].receive.sent_as.lot_no"

    @pytest.mark.parametrize(
        ("what", "kind", "code", "field"),
        [
            (Ship(part("F/1", "11"), "S1"), ConflictError, "lot_short", "ship.lot.quantity.value"),
            (
                Ship(part("F/1", "0"), "S1"),
                InvalidError,
                "not_positive",
                "ship.lot.quantity.value",
            ),
            (
                Ship(part("F/9", "1"), "S1"),
                ConflictError,
                "quantity_unknown",
                "ship.lot.lot.lot_no",
            ),
            (
                Split(lot_key("F/1"), (part("SALT/1", "1"),)),
                InvalidError,
                "item_differs",
                "split.into[0].lot.item_no",
            ),
            (
                Split(lot_key("F/1"), (part("F/2", "1"),)),
                ConflictError,
                "lot_exists",
                "split.into[0].lot.lot_no",
            ),
            (
                Rework(part("F/1", "1"), lot_key("F/1")),
                ConflictError,
                "lot_exists",
                "rework.into.lot_no",
            ),
            (
                Relabel(lot_key("F/1"), lot_key("F/2")),
                ConflictError,
                "lot_exists",
                "relabel.to.lot_no",
            ),
            (
                Merge((part("F/1", "1"), part("F/B", "1")), lot_key("F/2")),
                ConflictError,
                "quality_differs",
                "merge.from[1].lot.lot_no",
            ),
            (
                Aggregate((part("F/1", "1"),), part("BREAD/K", "0")),
                InvalidError,
                "not_positive",
                "aggregate.into.quantity.value",
            ),
            (
                Ship(Part(lot_key("F/1")._replace(plant="nice"), kg("1")), "S1"),
                InvalidError,
                "other_plant",
                "ship.lot.lot.plant",
            ),
            (
                Receive(part("F/1", "-1")),
                InvalidError,
                "not_positive",
                "receive.lot.quantity.value",
            ),
            (
                Receive(part("BREAD/L1", "1")),
                ConflictError,
                "lot_of_another_order",
                "receive.lot_no",
            ),
            (Ship(part("F/B", "1"), "S1"), ConflictError, "lot_unusable", "ship.lot.lot.lot_no"),
            (Ship(part("F/X", "1"), "S1"), ConflictError, "lot_expired", "ship.lot.lot.lot_no"),
            (Ship(part("F/H", "1"), "S1"), ConflictError, "lot_held", "ship.lot.lot.lot_no"),
            (Consume(lot_key("F/0")), InvalidError, "not_positive", "consume.quantity.value"),
        ],
    )
    async def test_what_cannot_be_is_refused_by_name(
        self, floor: Floor, what: What, kind: type[DomainError], code: str, field: str
    ) -> None:
        """F/1 and F/2 have 10 kg, F/B is blocked, F/X expired, F/H held, F/0 used up."""
        await create(floor, plan())
        await confirm(floor, report("a"))
        every = [received(f"F/{name}", "10") for name in "12BH0"]
        await operate(floor, *every, replace(received("F/X", "10"), expiry_at=NOON))
        await operate(floor, Consume(lot_key("F/0")))
        await put(floor, hold("F/H"))
        await say(floor, "F/B", LotQuality.BLOCKED)
        before = await floor.told()
        with pytest.raises(kind) as caught:
            await operate(floor, received("F/new", "1"), what)
        assert (caught.value.code, caught.value.field) == (code, f"operations[1].{field}")
        assert await floor.told() == before

    async def test_no_lot_is_made_of_itself_by_whatever_way(self, floor: Floor) -> None:
        await create(floor, plan("a"))
        await operate(floor, received("BREAD/B0", "10"), received("BREAD/B3", "1"))
        await operate(floor, Relabel(lot_key("BREAD/B0"), lot_key("BREAD/B1")))
        # Consumed before anybody said where it came from.
        await confirm(floor, report("1", order_no="a", lot="A1", consumed=(("BREAD/B2", "1"),)))
        for what in (
            Rework(part("BREAD/A1", "1"), lot_key("BREAD/B2")),
            Relabel(lot_key("BREAD/A1"), lot_key("BREAD/B2")),
            Merge((part("BREAD/A1", "1"),), lot_key("BREAD/B2")),
            Merge((part("BREAD/B3", "1"),), lot_key("BREAD/B3")),
        ):
            with pytest.raises(ConflictError) as caught:
                await operate(floor, received("BREAD/other", "1"), what)
            assert (caught.value.code, caught.value.field) == ("lot_cycle", "operations[1].lot_no")
        merged = Merge((part("BREAD/B1", "1"),), lot_key("BREAD/B3"))
        await operate(floor, merged)
        with pytest.raises(ConflictError, match="would be made of itself"):
            await operate(floor, Merge((part("BREAD/B3", "1"),), lot_key("BREAD/B1")))
