"""The file that says which machines there are, which server shows them, and what its nodes mean."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from services.kit.errors import InvalidError
from services.kit.units import UNITS
from services.telemetry.domain.change import Counter, Role, Tag
from services.telemetry.domain.look import CounterKind

_MAX_BYTES = 1_000_000
_INDEX = re.compile(r"\.(\d+)")

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
NodePath = Annotated[str, Field(pattern=r"^(nsu=[^;\s]{1,200};)?[isgb]=.{1,200}$")]
"""With the URI of its namespace, "nsu=urn:plant:press;s=Line.Good"; an index may change."""


def _known_unit(code: str) -> str:
    if code not in UNITS:
        raise ValueError("not a code of UN/ECE Recommendation 20, such as KGM or H87")
    return code


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CounterEntry(_Entry):
    """A counter. `unit` only where the node has no engineering unit, or to assert it; `item` is
    what is consumed, always or as `item_node` shows it.
    """

    name: Name
    kind: Literal["good", "scrap", "consumed"]
    node: NodePath
    retained: bool
    unit: Annotated[str, AfterValidator(_known_unit)] | None = None
    item: Annotated[str, Field(max_length=64)] = ""
    item_node: NodePath | None = None
    lot: NodePath | None = None
    reason: NodePath | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if bool(self.item) + bool(self.item_node) != (self.kind == "consumed"):
            raise ValueError("a counter of kind consumed has item or item_node, and no other has")
        if self.lot and self.kind != "consumed":
            raise ValueError("lot (of the material) belongs to a counter of kind consumed")
        if self.reason and self.kind != "scrap":
            raise ValueError("reason belongs to a counter of kind scrap")
        return self

    @property
    def counter(self) -> Counter:
        """As the domain knows it."""
        return Counter(self.name, CounterKind[self.kind.upper()], self.retained, self.item)


class EquipmentEntry(_Entry):
    """A machine by its path in the equipment hierarchy, and its nodes."""

    equipment: Annotated[str, Field(max_length=128, pattern=r"^[^/\s]{1,32}(/[^/\s]{1,64})+$")]
    state: NodePath | None = None
    mode: NodePath | None = None
    order: NodePath | None = None
    lot: NodePath | None = None
    counters: Annotated[tuple[CounterEntry, ...], Field(max_length=64)] = ()

    @model_validator(mode="after")
    def _shows_something(self) -> Self:
        if len({entry.name for entry in self.counters}) < len(self.counters):
            raise ValueError("two counters of one name")
        if not self.nodes:
            raise ValueError("no node is named")
        return self

    @property
    def nodes(self) -> dict[Tag, str]:
        """Every node by what it says."""
        named = [
            (Tag(Role.STATE), self.state),
            (Tag(Role.MODE), self.mode),
            (Tag(Role.ORDER), self.order),
            (Tag(Role.LOT), self.lot),
        ]
        for entry in self.counters:
            named.append((Tag(Role.COUNT, entry.name), entry.node))
            named.append((Tag(Role.MATERIAL, entry.name), entry.item_node))
            named.append((Tag(Role.MATERIAL_LOT, entry.name), entry.lot))
            named.append((Tag(Role.REASON, entry.name), entry.reason))
        return {tag: node for tag, node in named if node}


class Source(_Entry):
    """A server. Its connection is signed and encrypted unless the plant says it is insecure.

    `server_certificate` is the path of the one certificate accepted; without it that is the one
    that the server shows first, kept in the replica's folder under trusted/. `secret` names the
    password in PLANTMESH_SECRETS. An answer is awaited for `timeout_seconds`; a quarter of them
    without a sign of life, and the connection is taken for lost.
    """

    name: Name
    endpoint: Annotated[str, Field(max_length=200, pattern=r"^opc\.tcp://[^\s@]+$")]
    security: Literal["SignAndEncrypt", "None"] = "SignAndEncrypt"
    insecure: bool = False
    server_certificate: Path | None = None
    user: Annotated[str, Field(max_length=64)] = ""
    secret: Annotated[str, Field(max_length=64)] = ""
    sampling_ms: Annotated[int, Field(ge=10, le=60_000)] = 100
    timeout_seconds: Annotated[float, Field(ge=1, le=60)] = 4.0
    equipment: Annotated[tuple[EquipmentEntry, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _is_meant(self) -> Self:
        if (self.security == "None") != self.insecure:
            raise ValueError('security "None" and "insecure: true" go together')
        if self.insecure and self.user:
            raise ValueError("a password does not travel over an insecure connection")
        if bool(self.user) != bool(self.secret):
            raise ValueError("user and secret go together")
        return self


class _File(_Entry):
    sources: Annotated[tuple[Source, ...], Field(max_length=64)]

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len({source.name for source in self.sources}) < len(self.sources):
            raise ValueError("two sources of one name")
        machines = [entry.equipment for source in self.sources for entry in source.equipment]
        if len(set(machines)) < len(machines):
            raise ValueError("one equipment in two places")
        return self


def read_sources(path: Path) -> tuple[Source, ...]:
    """The sources of the file; raises InvalidError naming the first field that is wrong."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise _bad_file(path, f"it has more than {_MAX_BYTES} bytes")
        parsed = yaml.safe_load(content)
    except (OSError, yaml.YAMLError) as error:
        raise _bad_file(path, " ".join(str(error).split())) from error
    return accept_sources(parsed, path)


def accept_sources(content: object, path: Path) -> tuple[Source, ...]:
    """What was parsed from the file, as `read_sources` has it."""
    try:
        return _File.model_validate(content).sources
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = _INDEX.sub(r"[\1]", ".".join(str(part) for part in first["loc"]))
        raise _bad_file(path, f"{field or 'the file'}: {first['msg']}", field) from error


def _bad_file(path: Path, why: str, field: str = "") -> InvalidError:
    return InvalidError(
        f"the sources in {path} cannot be used: {why}",
        code="bad_sources",
        field=field or "PLANTMESH_TELEMETRY_SOURCES",
        hint="its fields and their bounds are those of services/telemetry/adapters/sources.py",
    )
