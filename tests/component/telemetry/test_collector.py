"""The collector against a real OPC UA server that can be killed."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.kit.components import State
from services.telemetry.adapters.opcua.certificate import own_identity, private_folder
from services.telemetry.domain.equipment import MachineState
from services.telemetry.domain.look import Quality
from tests.component.telemetry.edge import Edge, open_edge, sources_file
from tests.component.telemetry.plc import Press, press


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return private_folder(tmp_path / "edge")


@pytest.fixture
def plc(tmp_path: Path, folder: Path) -> Iterator[Press]:
    """It trusts the replica of `folder` and is running."""
    with press(tmp_path / "plc") as made:
        made.trust(own_identity(folder).certificate)
        made.start()
        yield made


def counted(edge: Edge, good: int) -> bool:
    return bool(edge.looks) and edge.looks[-1].counters[0].reading.value == good


async def test_counts_state_and_job_are_read_with_their_units(plc: Press, folder: Path) -> None:
    async with open_edge(plc, folder) as edge:
        await edge.until(lambda edge: counted(edge, 0))
        plc.show(Order="4711", Lot="L1", Material="F1", State=6)
        plc.show(Good=3, Used=0.1)
        plc.show(Good=5, Used=0.3, Scrap=1, Reason="torn")
        plc.show(Order="4712", Lot="L2", Good=6)
        await edge.until(lambda edge: counted(edge, 6))
    of_job = [look for look in edge.looks if look.order_no == "4711"]
    assert [one.reading.text for one in of_job[-1].counters] == ["5", "1", "0.3"]
    assert [one.reading.unit for one in of_job[-1].counters] == ["H87", "H87", "KGM"]
    assert (of_job[-1].counters[1].reason, of_job[-1].counters[2].lot_no) == ("torn", "F1")
    assert edge.looks[-1].order_no == "4712"
    assert [one.state for one in edge.states] == [MachineState.IDLE, MachineState.EXECUTE]
    assert {one.quality for one in edge.looks[1:]} == {Quality.GOOD}


async def test_a_killed_server_is_read_again_within_5_s_and_the_gap_is_uncertain(
    plc: Press, folder: Path
) -> None:
    async with open_edge(plc, folder) as edge:
        plc.show(Order="4711", Good=5)
        await edge.until(lambda edge: counted(edge, 5))
        seen = edge.looks[-1]
        plc.kill()
        await edge.until(lambda edge: edge.states[-1].quality is Quality.UNCERTAIN)
        await edge.reports("source_unavailable")
        plc.shown["Good"] = 9
        plc.start()
        back = time.monotonic()
        await edge.until(lambda edge: counted(edge, 9))
        assert time.monotonic() - back < 5
        assert (edge.looks[-1].quality, edge.looks[-1].gap_since) == (
            Quality.UNCERTAIN,
            seen.read_at.moment,
        )
        assert (edge.states[-1].quality, edge.component.state) == (Quality.GOOD, State.ACTIVE)
        plc.show(Good=10)
        await edge.until(lambda edge: counted(edge, 10))
        assert edge.looks[-1].quality is Quality.GOOD


async def test_a_replica_that_was_away_attributes_the_gap_by_history(
    tmp_path: Path, folder: Path
) -> None:
    with press(tmp_path / "plc", history=True) as plc:
        plc.trust(own_identity(folder).certificate)
        plc.start()
        plc.show(Order="4711", Good=5)
        async with open_edge(plc, folder) as edge:
            await edge.until(lambda edge: counted(edge, 5))
        plc.show(Good=7)
        plc.show(Order="4712")
        plc.show(Good=9)
        async with open_edge(plc, folder) as edge:
            await edge.until(lambda edge: counted(edge, 9))
    told = [(look.order_no, int(look.counters[0].reading.value)) for look in edge.looks]
    assert told[:2] == [("4711", 7), ("4712", 9)]
    assert {look.quality for look in edge.looks} == {Quality.UNCERTAIN}
    assert edge.looks[0].gap_since is not None


async def test_a_server_that_does_not_trust_us_says_what_to_do(
    tmp_path: Path, folder: Path
) -> None:
    with press(tmp_path / "plc") as plc:
        plc.start()
        async with open_edge(plc, folder) as edge:
            await edge.reports("untrusted_certificate")
            assert str(folder / "certificate.der") in edge.component.reason
            plc.kill()
            plc.trust(own_identity(folder).certificate)
            plc.start()
            await edge.until(lambda edge: counted(edge, 0))
            assert edge.component.state is State.ACTIVE


async def test_a_user_is_let_in_with_the_right_password_alone(tmp_path: Path, folder: Path) -> None:
    with press(tmp_path / "plc", users={"collector": "right"}) as plc:
        plc.trust(own_identity(folder).certificate)
        plc.start()
        nobody = sources_file(plc, folder).read_text()
        somebody = nobody.replace("name: press", "name: press\n  user: collector\n  secret: plc")
        for file, password, refusal in (
            (somebody, "wrong", "login of collector"),
            (nobody, "", "login of nobody"),
        ):
            async with open_edge(plc, folder, file, password=password) as edge:
                await edge.reports(refusal)
                assert edge.component.reason.startswith("login_refused")
                assert "wrong" not in edge.component.reason
        async with open_edge(plc, folder, somebody, password="right") as edge:
            plc.show(Good=3)
            await edge.until(lambda edge: counted(edge, 3))
            assert edge.component.state is State.ACTIVE


async def test_an_open_server_is_read_where_the_plant_says_that_it_is_insecure(
    tmp_path: Path, folder: Path
) -> None:
    with press(tmp_path / "plc", open=True) as plc:
        plc.start()
        secure = sources_file(plc, folder).read_text()
        async with open_edge(plc, folder, secure) as edge:
            await edge.reports("wrong_security")
        insecure = secure.replace("name: press", "name: press\n  security: None\n  insecure: true")
        async with open_edge(plc, folder, insecure) as edge:
            plc.show(Good=3)
            await edge.until(lambda edge: counted(edge, 3))
            assert edge.component.state is State.ACTIVE


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            "s=Press.Order",
            "s=Press.Auftrag",
            "node nsu=urn:plantmesh:tests:press;s=Press.Auftrag cannot",
        ),
        ("nsu=urn:plantmesh:tests:press;s=Press.Order", "nsu=urn:x;s=O", "a namespace"),
        ("s=Press.Order", "i=Order", "is no node id"),
        ("kind: good, ", "kind: good, unit: KGM, ", "has the unit H87, the sources file says KGM"),
        ("s=Press.Good", "s=Press.State", "has no engineering unit"),
        ("name: press", "name: press\n  server_certificate: /nowhere.der", "bad_certificate"),
    ],
)
async def test_a_source_that_is_badly_set_up_names_what_is_wrong(
    plc: Press, folder: Path, before: str, after: str, reason: str
) -> None:
    file = sources_file(plc, folder).read_text().replace(before, after, 1)
    async with open_edge(plc, folder, file) as edge:
        await edge.reports(reason)
        assert await edge.buffer.first(1) is None


async def test_the_certificate_that_a_server_showed_first_is_the_one_it_must_show(
    plc: Press, tmp_path: Path, folder: Path
) -> None:
    file = sources_file(plc, folder).read_text()
    known = folder / "trusted" / "press.der"
    async with open_edge(plc, folder, file) as edge:
        await edge.until(lambda edge: counted(edge, 0))
    first = known.read_bytes()
    plc.kill()
    with press(tmp_path / "another") as another:
        another.trust(own_identity(folder).certificate)
        another.start()
        moved = file.replace(plc.endpoint, another.endpoint)
        async with open_edge(another, folder, moved) as edge:
            await edge.reports("server_certificate_changed")
        assert known.read_bytes() == first
        known.unlink()
        async with open_edge(another, folder, moved) as edge:
            await edge.until(lambda edge: counted(edge, 0))
    assert known.read_bytes() != first


async def test_a_unit_nobody_knows_is_refused(tmp_path: Path, folder: Path) -> None:
    with press(tmp_path / "plc", units={"Good": "XYZ"}) as plc:
        plc.trust(own_identity(folder).certificate)
        plc.start()
        async with open_edge(plc, folder) as edge:
            await edge.reports("'XYZ', which is no unit")


async def test_a_counter_that_cannot_be_read_is_bad_and_not_counted(
    plc: Press, folder: Path
) -> None:
    async with open_edge(plc, folder) as edge:
        await edge.until(lambda edge: counted(edge, 0))
        plc.show(Good=None)
        await edge.until(lambda edge: edge.looks[-1].quality is Quality.BAD)
        assert [one.counter for one in edge.looks[-1].counters] == ["scrap", "used"]
        plc.show(Good=4)
        await edge.until(lambda edge: counted(edge, 4))
        assert edge.looks[-1].gap_since is not None
