"""The first files of a plant, with comments where a person goes on."""

from collections.abc import Sequence
from csv import writer
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from services.kit.errors import ConflictError, InvalidError
from services.reference.domain.equipment import Equipment, Level
from services.reference.domain.plant import Plant
from services.reference.wire.tables import TABLES as KINDS
from tools.charts.render import ChartError, check_values
from tools.onboarding.folder import CHART, PAPER, TABLES, VALUES
from tools.onboarding.paper import teams

_TEMPLATES = Path(__file__).parent / "skeleton"
_SYSTEM = "  - name: {}\n    says: {{}}\n"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What must be known of a plant to begin; `erps` are its systems' names."""

    name: str
    time_zone: str
    title: str = ""
    owner: str = ""
    erps: Sequence[str] = ()


def begin(plants: Path, given: Beginning) -> Path:
    """Write the plant's folder below `plants`.

    Raises InvalidError on a name, zone, team or system that is none, ConflictError where the
    folder exists.
    """
    _check(given)
    plant = Plant(given.name, given.time_zone, given.title or given.name.capitalize())
    folder = plants / given.name
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise ConflictError(
            f"{folder} exists",
            code="plant_exists",
            field="name",
            hint=f"go on in it: make plant-check PLANT={given.name}",
        ) from error
    systems = "".join(map(_SYSTEM.format, given.erps))
    words = {
        "plant": given.name,
        "owner": given.owner or '""',
        "systems": f"\n{systems.rstrip()}" if systems else " []",
    }
    for name in (PAPER, VALUES):
        template = Template((_TEMPLATES / name).read_text())
        (folder / name).write_text(template.substitute(words))
    _write(folder, "plants", [plant])
    _write(folder, "equipment", [Equipment(given.name, Level.SITE)])
    _write(folder, "codes", [])
    return folder


def _check(given: Beginning) -> None:
    try:
        check_values(CHART, {"plant": given.name})
    except ChartError as error:
        raise InvalidError(
            f"{given.name[:40]!r} is no name of a plant",
            code="bad_name",
            field="name",
            hint="1 to 32 of a-z, 0-9 and -, none of these at an end but letters and digits",
        ) from error
    if given.owner and given.owner not in teams():
        raise InvalidError(
            f"{given.owner[:40]!r} is no team",
            code="unknown_team",
            field="owner",
            hint=f"one of OWNERS.yaml: {', '.join(teams())}",
        )
    for erp in given.erps:
        if not erp.isidentifier():
            raise InvalidError(
                f"{erp[:40]!r} is no name of a system",
                code="bad_name",
                field="erp",
                hint="letters, digits and _, as in the table systems",
            )


def _write(folder: Path, kind: str, records: Sequence[Any]) -> None:
    table = KINDS[kind]
    with (folder / TABLES[kind]).open("w", newline="") as file:
        out = writer(file, lineterminator="\n")
        out.writerow(table.columns)
        for record in records:
            out.writerows(table.write(record))
