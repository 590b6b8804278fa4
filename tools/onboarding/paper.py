"""plant.yaml: who answers for a plant, what it counts in, and what outside systems say there."""

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.erp.domain.codes import CodeKind
from services.kit.errors import InvalidError
from services.kit.units import find_unit
from tools.charts.checks.finding import Finding
from tools.charts.render import CHARTS
from tools.onboarding.folder import FileError, about, read_mapping, unreadable

_OWNERS = CHARTS.parent / "OWNERS.yaml"
Text = Annotated[str, Field(min_length=1, max_length=64)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OutsideSystem(_Entry):
    """An ERP by its name in `systems`, and every code that comes from it, by domain."""

    name: Text
    says: dict[CodeKind, tuple[Text, ...]] = Field(default_factory=dict)


class Paper(_Entry):
    """`units` are UN/ECE codes that machines and orders count in, `scrap_reasons` what machines
    say of scrap; each is told to every system.
    """

    owner: str = ""
    units: tuple[str, ...] = ()
    scrap_reasons: tuple[Text, ...] = ()
    systems: tuple[OutsideSystem, ...] = ()


def read_paper(file: Path) -> tuple[Paper | None, list[Finding]]:
    """The file, None where it cannot be read; and what is wrong with it by itself."""
    try:
        paper = Paper.model_validate(read_mapping(file))
    except FileError as error:
        return None, [unreadable(file, error)]
    except ValidationError as error:
        hint = "the fields are those of tools/onboarding/paper.py"
        listed = error.errors(include_url=False, include_input=False)
        return None, [
            about(file, ".".join(map(str, one["loc"])), one["msg"], hint) for one in listed
        ]
    return paper, [*_owner(file, paper), *_units(file, paper)]


@cache
def teams() -> Collection[str]:
    """Who can answer for something (OWNERS.yaml)."""
    return tuple(yaml.safe_load(_OWNERS.read_text())["teams"])


def _owner(file: Path, paper: Paper) -> list[Finding]:
    if paper.owner in teams():
        return []
    said = f"{paper.owner} is no team" if paper.owner else "nobody answers for this plant"
    return [about(file, "owner", said, f"name a team of OWNERS.yaml: {', '.join(teams())}")]


def _units(file: Path, paper: Paper) -> list[Finding]:
    found = []
    for number, unit in enumerate(paper.units):
        try:
            find_unit(unit)
        except InvalidError as error:
            found.append(about(file, f"units[{number}]", str(error), error.hint))
    return found
