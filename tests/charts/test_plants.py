"""A plant is data: begun by one command, checked as a whole, deployed by one more values file."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from services.kit.errors import ConflictError, InvalidError
from services.telemetry.adapters.sources import Source, read_sources
from tools.charts.render import CHARTS, render
from tools.demo.erp.ledger import Ledger
from tools.demo.shift import EQUIPMENT
from tools.onboarding import check
from tools.onboarding.check import check_plant
from tools.onboarding.folder import PLANTS
from tools.onboarding.manifests import render_plant
from tools.onboarding.skeleton import Beginning, begin
from tools.simulators.line.place import Place
from tools.simulators.line.sources import write_sources

OURS = PLANTS / "lyon"
PAPER = """
owner: plant-floor
units: [H87]
systems:
  - name: ledger
    says: {uom: [PC], work_center: [WC-1]}
"""
SOURCES = """
plant: nantes
sources:
  - name: saw
    endpoint: opc.tcp://10.30.0.10:4840
    equipment:
      - equipment: nantes/saw-1
        counters: [{name: good, kind: good, node: "nsu=urn:saw;s=Good", retained: true, unit: H87}]
collector:
  egress: [{to: [{ipBlock: {cidr: 10.30.0.0/24}}], ports: [4840]}]
"""


def test_a_plant_is_begun_checked_and_rendered(tmp_path: Path) -> None:
    nantes = Beginning("nantes", "Europe/Paris", owner="plant-floor", erps=["ledger"])
    folder = begin(tmp_path, nantes)
    # All that lacks is what only the plant knows.
    [found] = check_plant(folder)
    assert str(found).startswith("nantes/plant.yaml systems[0].says.uom: ledger counts in no unit")
    (folder / "plant.yaml").write_text(PAPER)
    add(folder, "equipment.csv", "nantes/saw-1,work_center,saw-1,,,,,")
    (folder / "values.yaml").write_text(SOURCES)
    [piece, center, out] = check_plant(folder)
    assert piece.hint == "add to codes.csv: uom,ledger,,PC,OURS"
    assert center.hint == "add to codes.csv: work_center,ledger,,WC-1,OURS"
    assert out.hint == "add to codes.csv: uom,ledger,,THEIRS,H87"
    add(folder, "codes.csv", "uom,ledger,,PC,H87,,,,", "work_center,ledger,,WC-1,saw-1,,,,")
    assert check_plant(folder) == []
    assert told(folder, tmp_path)[0].equipment[0].equipment == "nantes/saw-1"


def test_one_more_values_file_deploys_it() -> None:
    site = CHARTS / "examples" / "edge-kind.yaml"
    documents = render("plantmesh-edge", [site, OURS / "values.yaml"], release="lyon")
    [told] = [each for each in documents if each["kind"] == "ConfigMap"]
    [source] = yaml.safe_load(told["data"]["nodes.yaml"])["sources"]
    assert source["equipment"][0]["equipment"] == EQUIPMENT


def test_lyon_is_the_plant_of_the_demo(tmp_path: Path) -> None:
    assert check_plant(OURS) == []
    place = Place(tmp_path / "line")
    write_sources(place, 4840, EQUIPMENT)
    [shown], [written] = told(OURS, tmp_path), read_sources(place.sources)
    assert shown.equipment == written.equipment
    rows = (OURS / "codes.csv").read_text().splitlines()[1:]
    mapped = [(domain, code, ours) for domain, _, _, code, ours in (row.split(",") for row in rows)]
    assert sorted(mapped) == sorted(Ledger.codes)


REFUSED = [
    # Codes that nobody has mapped, either way, and mappings that nobody asks.
    ("codes.csv", "KG,KGM", "KGS,KGM", "plant.yaml systems[0].says.uom", "'KG' of ledger at lyon"),
    ("plant.yaml", "status: [", "status: [NEW, ", "plant.yaml systems[0].says.status", "'NEW' of"),
    ("plant.yaml", "[scratched]", "[porous]", "plant.yaml scrap_reasons", "no reason for 'porous'"),
    ("plant.yaml", "[H87,", "[MTR, H87,", "plant.yaml units", "no uom for 'MTR'"),
    ("codes.csv", "reason,", "uom,ledger,,PCE,H87\nreason,", "plant.yaml units", "several codes"),
    ("codes.csv", "reason,ledger", "reason,ledgr", "codes.csv row 5", "nobody is called ledgr"),
    ("codes.csv", "press-1", "press-2", "codes.csv row 4", "no equipment is the work center"),
    ("codes.csv", "uom,ledger,,PC", "uom,ledger,oslo,PC", "codes.csv row 2, code.plant", "oslo"),
    ("plant.yaml", "uom: [PC, KG]", "uom: []", "plant.yaml systems[0].says.uom", "in no unit"),
    # Units that UN/ECE does not know.
    ("codes.csv", "KG,KGM", "KG,KILO", "codes.csv row 3, canonical", "'KILO' is not a unit"),
    ("plant.yaml", "[H87,", "[PIECE,", "plant.yaml units[0]", "'PIECE' is not a unit"),
    ("values.yaml", "retained: true}", "retained: true, unit: KILO}", "sources[0]", "KGM or H87"),
    # Nodes without a signal, and machines that are nowhere.
    ("values.yaml", "mode:", "heat:", "values.yaml sources[0].equipment[0].heat", "has no signal"),
    ("values.yaml", "reason:", "why:", "sources[0].equipment[0].counters[1].why", "has no signal"),
    ("equipment.csv", "press-1,work", "press-2,work", "row 5, path", "there is no equipment"),
    ("values.yaml", "press-1", "press-9", "sources[0].equipment[0].equipment", "no path of"),
    # Nobody who answers, or nobody we know.
    ("plant.yaml", "owner: plant-floor", "", "plant.yaml owner", "nobody answers for this plant"),
    ("plant.yaml", "plant-floor", "somebody", "plant.yaml owner", "somebody is no team"),
    ("plant.yaml", "owner:", "boss: me\nowner:", "plant.yaml boss", "Extra inputs"),
    # Files that are none, or of another plant.
    ("plant.yaml", "owner: plant-floor", "owner: [", "plant.yaml file", "cannot be read"),
    ("values.yaml", "plant: lyon", "plant: oslo", "values.yaml plant", "is another plant"),
    ("plants.csv", "Europe/Paris", "Europe/Pairs", "plants.csv row 2, time_zone", "Pairs"),
    ("plants.csv", "lyon,Europe", "oslo,Europe", "row 2, path", "there is no plant lyon"),
    ("equipment.csv", "path,level", "path,height", "equipment.csv row 1, height", "no column"),
    # What the chart refuses, and what our checks of its manifests do.
    ("values.yaml", "collector:", "collectors:", "values.yaml values", "collectors"),
    ("values.yaml", "[4840]", "[4841]", "values.yaml NetworkPolicy/lyon-", "4841"),
]


@pytest.mark.parametrize(("file", "was", "becomes", "place", "words"), REFUSED)
def test_a_planted_mistake_is_named(
    tmp_path: Path, file: str, was: str, becomes: str, place: str, words: str
) -> None:
    folder = shutil.copytree(OURS, tmp_path / "lyon")
    text = (folder / file).read_text()
    assert was in text
    (folder / file).write_text(text.replace(was, becomes, 1))
    found = [str(one) for one in check_plant(folder)]
    assert any(place in one and words in one for one in found), found


def test_a_machine_that_says_nothing_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(OURS, tmp_path / "lyon")
    values = yaml.safe_load((folder / "values.yaml").read_text())
    for name in ("state", "counters"):
        del values["sources"][0]["equipment"][0][name]
    (folder / "values.yaml").write_text(yaml.safe_dump(values))
    [found] = check_plant(folder)
    assert "sources[0].equipment[0]: its nodes give no signal" in str(found)


@pytest.mark.parametrize("file", ["plant.yaml", "values.yaml", "codes.csv"])
def test_a_missing_file_is_named(tmp_path: Path, file: str) -> None:
    folder = shutil.copytree(OURS, tmp_path / "lyon")
    (folder / file).unlink()
    assert f"lyon/{file} file: cannot be read" in str(check_plant(folder)[0])


def test_the_check_of_all_plants_says_how_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin(tmp_path, Beginning("nantes", "Europe/Paris"))
    assert check.main([], tmp_path) == 1
    assert "nobody answers for this plant" in capsys.readouterr().out
    assert check.main(["lyon"]) == 0
    assert capsys.readouterr().out == "1 plants, 0 findings\n"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Beginning("Lyon!", "Europe/Paris"), "name"),
        (Beginning("nantes", "Europe/Nantes"), "time_zone"),
        (Beginning("nantes", "Europe/Paris", owner="nobody"), "owner"),
        (Beginning("nantes", "Europe/Paris", erps=["a b"]), "erp"),
    ],
)
def test_a_bad_beginning_is_refused_and_writes_nothing(
    tmp_path: Path, given: Beginning, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        begin(tmp_path, given)
    assert refused.value.field == field
    assert refused.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_plant_is_begun_once(tmp_path: Path) -> None:
    begin(tmp_path, Beginning("nantes", "Europe/Paris"))
    with pytest.raises(ConflictError, match="exists"):
        begin(tmp_path, Beginning("nantes", "Europe/Paris"))


def test_the_command_says_what_it_refuses() -> None:
    command = ["tools/onboard_plant", "lyon", "--time-zone", "Europe/Paris"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHARTS.parent)
    assert done.returncode == 1
    assert "(plant_exists); go on in it: make plant-check PLANT=lyon" in done.stderr


def add(folder: Path, file: str, *rows: str) -> None:
    """More rows of a CSV file."""
    with (folder / file).open("a") as text:
        text.writelines(f"{row}\n" for row in rows)


def told(folder: Path, place: Path) -> tuple[Source, ...]:
    """The sources that the collector of a plant would read."""
    [found] = [each for each in render_plant(folder) if each["kind"] == "ConfigMap"]
    file = place / "nodes.yaml"
    file.write_text(found["data"]["nodes.yaml"])
    return read_sources(file)
