"""What every book-keeping must do with files of master data; see use_cases.py."""
# ruff: noqa: D102 - a test's name is its sentence

import io
from dataclasses import replace
from datetime import date

import pytest

from services.reference.application.load_master_data import Report, load_master_data
from services.reference.domain.bill import BillLine
from services.reference.domain.change import (
    AffectedItem,
    AffectedOrder,
    OrderImpact,
    StockDisposition,
)
from services.reference.domain.item import Basis
from services.reference.wire.tables import TABLES
from tests.unit.reference.bad_files import BAD_FILES
from tests.unit.reference.examples import (
    LYON,
    PIECE,
    affected,
    amount,
    bill,
    change,
    cost,
    everything,
    item,
    location,
    lot_conversion,
    reason,
    routing,
)
from tests.unit.reference.use_cases import Shelf, put

BY_LOT = replace(PIECE, basis=Basis.LOT, tolerance="0.1")


async def load(shelf: Shelf, kind: str, *rows: str) -> Report:
    """A file; like the service, nothing stays when a row is refused."""
    report, table = Report(), TABLES[kind]
    try:
        async with shelf.work() as books:
            given = table.read(io.StringIO("\r\n".join(rows)), report)
            await load_master_data(books, table.target, given, report, steward="ann")
            if report.problem_count:
                raise RuntimeError
    except RuntimeError:
        report.changed = 0
    return report


async def exported(shelf: Shelf, kind: str) -> list[str]:
    """The rows of such a file."""
    table = TABLES[kind]
    async with shelf.work() as books:
        records = await getattr(books, table.target.part).after(None, 1000)
    return [
        ",".join(table.columns),
        *(",".join(row) for one in records if table.has_rows(one) for row in table.write(one)),
    ]


def refusals(report: Report) -> list[tuple[int, str, str]]:
    """Row, column and code of each."""
    return [(one.row, one.column, one.code) for one in report.problems]


class LoadContract:
    """Files."""

    async def test_what_is_exported_loads_and_changes_nothing(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        steps = routing().operations
        await put(
            shelf,
            items=[
                item(
                    description="=cmd|' /C calc'!A1",
                    classes=("a", "b"),
                    net_weight=amount("2"),
                    conversions=(BY_LOT,),
                )
            ],
            locations=[location(), location("main", "A-01")],
            reasons=[reason(text="-worn"), reason("edge", "worn")],
            lot_conversions=[lot_conversion()],
            standard_costs=[cost()],
            changes=[
                change(
                    title="=stronger",
                    effective_from=date(2026, 6, 1),
                    affected=(affected(), AffectedItem("steel", "B", StockDisposition.SCRAP)),
                    open_orders=(AffectedOrder("4711", OrderImpact.STOP),),
                ),
                change(eco_no="eco-2", affected=()),
            ],
            routings=[routing(operations=(replace(steps[0], setup=amount("5", "MIN")),))],
            boms=[
                bill(
                    lines=(
                        BillLine(10, "steel", amount("120"), scrap_percent="2.5"),
                        BillLine(20, "steel", amount("1"), phantom=True),
                    )
                )
            ],
        )
        told = await shelf.told()
        for kind in TABLES:
            if kind == "codes":
                continue
            rows = await exported(shelf, kind)
            assert len(rows) > 1, kind
            report = await load(shelf, kind, *rows)
            assert (refusals(report), report.changed, report.rows) == ([], 0, len(rows) - 1), kind
        assert await shelf.told() == told
        assert any("'=cmd" in row for row in await exported(shelf, "items"))

    async def test_what_lots_were_measured_at_comes_as_a_file_all_or_none(
        self, shelf: Shelf
    ) -> None:
        await put(shelf, items=[item(conversions=(BY_LOT,))])
        header = "item_no,lot_no,from,to,numerator,denominator,retired"
        rows = [f"widget,L-{n},H87,KGM,{25 + n},100," for n in (0, 1)]
        bad = ["widget,L-2,H87,LTR,1,1,", "nail,L-3,H87,KGM,1,4,", "widget,,H87,KGM,1,4,"]
        told = await shelf.told()
        assert sorted(refusals(await load(shelf, "lot_conversions", header, *rows, *bad))) == [
            (4, "from", "not_by_lot"),
            (5, "item_no", "unknown_item"),
            (6, "lot_no", "bad_name"),
        ]
        assert await shelf.told() == told
        assert (await load(shelf, "lot_conversions", header, *rows)).changed == 2
        assert (await load(shelf, "lot_conversions", header, *rows)).changed == 0
        assert (await load(shelf, "lot_conversions", header, rows[0] + "yes")).changed == 1
        [wrong] = [one for one in await exported(shelf, "lot_conversions") if "L-0" in one]
        assert wrong.endswith("true")

    async def test_a_file_makes_and_changes_records(self, shelf: Shelf) -> None:
        await put(shelf, plants=[LYON])
        rows = ["item_no,base_unit,type,gtin", "nut,H87,raw,", "bolt,H87,raw,4006381333931"]
        assert (await load(shelf, "items", *rows)).changed == 2
        assert (await load(shelf, "items", *rows)).changed == 0
        # What has no column stays as it was.
        assert (await load(shelf, "items", "item_no,description", "bolt,M8", "nut,")).changed == 1
        conversions = ["item_no,from,to,numerator,denominator", "nut,H87,KGM,1,100"]
        assert (await load(shelf, "conversions", *conversions)).changed == 1
        lines = "plant,item_no,alternative,revision,base_quantity,base_quantity_unit,"
        made = await load(
            shelf,
            "boms",
            lines + "position,component_item_no,quantity,quantity_unit,backflush",
            "lyon,bolt,1,A,10,H87,10,nut,0.5,KGM,yes",
            "",
            "lyon,bolt,1,A,10,H87,20,nut,10,H87,",
        )
        assert (made.changed, made.rows) == (1, 3)
        async with shelf.work() as books:
            [bolt] = await books.items.get([("bolt",)])
            assert (bolt.description, bolt.gtin, bolt.version) == ("M8", "4006381333931", 2)
            [nut] = await books.items.get([("nut",)])
            assert len(nut.conversions) == 1
            [stored] = await books.boms.after(None, 9)
            assert [(one.position, one.backflush) for one in stored.lines] == [
                (10, True),
                (20, False),
            ]

    async def test_every_row_is_told_why_and_nothing_is_half_applied(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        before = await shelf.told()
        report = await load(
            shelf,
            "items",
            "item_no,base_unit,type,net_weight,net_weight_unit,shelf_life_days,lot_controlled",
            "ok,KGM,raw,,,,true",
            "a,BX,raw,,,,",
            "b,KGM,tasty,,,,",
            "c,KGM,raw,1,LTR,,",
            "d,KGM,raw,x,KGM,,",
            "e,KGM,raw,1,KILO,,",
            "f,KGM,raw,,,soon,",
            "g,KGM,raw,,,,maybe",
            "ok,KGM,raw,,,,",
            "h,KGM",
            "widget,H87,finished,,,,",
            ",KGM,raw,,,,",
            "j\0,KGM,raw,,,,",
        )
        assert refusals(report) == [
            (4, "type", "bad_value"),
            (6, "net_weight", "not_a_decimal"),
            (7, "net_weight_unit", "unknown_unit"),
            (8, "shelf_life_days", "bad_value"),
            (9, "lot_controlled", "bad_value"),
            (10, "item_no", "duplicate"),
            (11, "", "wrong_width"),
            (14, "item_no", "bad_value"),
            (3, "base_unit", "unknown_unit"),
            (5, "net_weight", "no_weight"),
            (13, "item_no", "bad_name"),
            (12, "base_unit", "base_unit_fixed"),
        ]
        assert all(one.hint for one in report.problems if one.code != "duplicate")
        assert (report.rows, report.changed) == (13, 0)
        assert await shelf.told() == before

    @pytest.mark.parametrize(("kind", "rows", "problem"), BAD_FILES)
    async def test_a_bad_file_says_where(
        self, shelf: Shelf, kind: str, rows: list[str], problem: tuple[int, str, str]
    ) -> None:
        await put(shelf, everything())
        before = await shelf.told()
        assert refusals(await load(shelf, kind, *rows)) == [problem]
        assert await shelf.told() == before

    async def test_codes_are_drafted_once(self, shelf: Shelf) -> None:
        await put(shelf, everything())
        rows = [
            "domain,system,plant,code,canonical,direction,valid_from",
            "uom,erp-1,,PC,H87,in,2026-05-01T00:00:00+02:00",
            "gtin,gs1,,4006381333931,widget,in,",
        ]
        assert (await load(shelf, "codes", *rows)).changed == 2
        assert (await load(shelf, "codes", *rows)).changed == 0

    async def test_a_draft_that_contradicts_itself_is_refused(self, shelf: Shelf) -> None:
        rows = ["domain,system,plant,code,canonical,valid_from,valid_to"]
        rows.append("uom,erp-1,,P,H87,2026-05-01T00:00:00Z,2026-04-01T00:00:00Z")
        assert refusals(await load(shelf, "codes", *rows)) == [(2, "valid_to", "bad_interval")]

    async def test_problems_are_all_counted_and_some_are_kept(self, shelf: Shelf) -> None:
        rows = [f"n-{n},BX,raw" for n in range(1100)]
        report = await load(shelf, "items", "item_no,base_unit,type", *rows)
        assert (report.problem_count, len(report.problems)) == (1100, 1000)
