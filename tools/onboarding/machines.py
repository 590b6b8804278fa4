"""The sources in a plant's values: every node has a meaning, every machine shows something."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.kit.errors import InvalidError
from services.telemetry.adapters.sources import (
    CounterEntry,
    EquipmentEntry,
    Source,
    accept_sources,
)
from tools.charts.checks.finding import Finding
from tools.onboarding.folder import about


def read_machines(file: Path, values: dict[str, Any]) -> tuple[Sequence[Source], list[Finding]]:
    """The sources as the collector reads them; none where it would refuse them."""
    listed = values.get("sources") or []
    if strange := list(_strange(file, listed)):
        return (), strange
    try:
        return accept_sources({"sources": listed}, file), []
    except InvalidError as error:
        return (), [about(file, error.field, str(error), error.hint)]


def check_machines(
    file: Path, sources: Sequence[Source], paths: Collection[str]
) -> Iterator[Finding]:
    """Machines that say neither state nor count, and those that equipment.csv does not have."""
    for number, source in enumerate(sources):
        for place, entry in enumerate(source.equipment):
            where = f"sources[{number}].equipment[{place}]"
            if entry.equipment not in paths:
                message = f"{entry.equipment} is no path of equipment.csv"
                yield about(file, f"{where}.equipment", message, "add its row, or mend the path")
            if not (entry.state or entry.counters):
                message = "its nodes give no signal: neither a state nor a counter"
                yield about(file, where, message, "name the node of its state, or a counter")


def _strange(file: Path, listed: Any) -> Iterator[Finding]:
    """Nodes under names that telemetry gives no meaning."""
    for number, source in enumerate(_mappings(listed)):
        for place, machine in enumerate(_mappings(source.get("equipment"))):
            where = f"sources[{number}].equipment[{place}]"
            yield from _meaningless(file, where, machine, EquipmentEntry)
            for rank, counter in enumerate(_mappings(machine.get("counters"))):
                yield from _meaningless(file, f"{where}.counters[{rank}]", counter, CounterEntry)


def _meaningless(
    file: Path, where: str, given: dict[str, Any], kind: type[BaseModel]
) -> Iterator[Finding]:
    for name in given.keys() - kind.model_fields.keys():
        message = f"the node {given[name]} has no signal: telemetry knows no {name}"
        hint = f"there are: {', '.join(kind.model_fields)}"
        yield about(file, f"{where}.{name}", message, hint)


def _mappings(listed: Any) -> list[dict[str, Any]]:
    """All else is refused by who reads it."""
    return [one if isinstance(one, dict) else {} for one in listed or ()]
