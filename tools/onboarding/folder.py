"""The folder of a plant: which files there are, and how each is opened."""

from pathlib import Path
from typing import Any

import yaml

from tools.charts.checks.finding import Finding
from tools.charts.render import CHARTS

PLANTS = CHARTS / "plants"
CHART = "plantmesh-edge"
PAPER = "plant.yaml"
"""Who answers for it, and what its machines and outside systems say."""
VALUES = "values.yaml"
"""Of the chart; its sources are what the collector reads."""
TABLES = {"plants": "plants.csv", "equipment": "equipment.csv", "codes": "codes.csv"}
"""By the kind that `plantctl load` calls them."""


class FileError(Exception):
    """A file that nothing can be read from."""


def read_mapping(file: Path) -> dict[str, Any]:
    """What stands in a YAML file; raises FileError where that are no keys."""
    try:
        content = yaml.safe_load(file.read_text())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FileError(" ".join(str(error).split())) from error
    if not isinstance(content, dict):
        raise FileError("it has no keys")
    return content


def about(file: Path, place: str, message: str, hint: str) -> Finding:
    """A finding at a key or row of a plant's file."""
    return Finding(f"{file.parent.name}/{file.name}", place, message, hint)


def unreadable(file: Path, error: object) -> Finding:
    """The finding instead of everything else about the file."""
    hint = "tools/onboard_plant shows how one begins"
    return about(file, "file", f"cannot be read: {error}", hint)
