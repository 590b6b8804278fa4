"""The collector of one replica: a reader per source, the edge buffer, one forwarder among all."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.kit.clock import SystemClock
from services.kit.elector import Elector, Lease
from services.kit.errors import InvalidError
from services.kit.rounds import Rounds
from services.kit.service import Service
from services.telemetry.adapters.backlog import Backlog
from services.telemetry.adapters.buffer import Buffer
from services.telemetry.adapters.forwarder import Forwarder
from services.telemetry.adapters.opcua.certificate import own_identity, private_folder
from services.telemetry.adapters.opcua.reader import OpcUaReader
from services.telemetry.adapters.sources import Source, read_sources
from services.telemetry.domain.look import plant_of
from services.telemetry.ports import Books

_PRUNE_SECONDS = 10.0
_LOOK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a replica finds its sources and keeps what is its own; `limit` is in reports."""

    sources: Path
    folder: Path
    limit: int
    secrets: Mapping[str, str]


def add_collector(service: Service, books: Books, instance: str, edge: Edge, lease: Lease) -> None:
    """Read everywhere, forward where the lease is; raises InvalidError on a bad set-up."""
    sources = read_sources(edge.sources)
    passwords = {source.name: _password(source, edge.secrets) for source in sources}
    folder = private_folder(edge.folder)
    identity = own_identity(folder)
    buffer = Buffer(folder / "buffer.sqlite", limit=edge.limit)
    service.closing(buffer.close)
    # It logs every notification, and a traceback of its own for whatever a reader reports.
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    plants = {plant_of(entry.equipment) for source in sources for entry in source.equipment}
    forwarder = Forwarder(service.store, books, buffer, plants)
    elector = Elector(lease, instance, forwarder.lead, floor=forwarder.floor)
    service.add("collector", elector, reports=True)
    service.add("last words", forwarder)
    service.add("pruned buffer", Rounds(forwarder.prune, seconds=_PRUNE_SECONDS), reports=True)
    backlog = Backlog(buffer, SystemClock())
    service.add("backlog", Rounds(backlog.look, seconds=_LOOK_SECONDS), reports=True)
    for source in sources:
        reader = OpcUaReader(source, identity, passwords[source.name], buffer, SystemClock())
        service.add(f"source {source.name}", reader, reports=True)


def _password(source: Source, secrets: Mapping[str, str]) -> str:
    if source.secret and source.secret not in secrets:
        raise InvalidError(
            f"no secret {source.secret} for the source {source.name}",
            code="unknown_secret",
            field="secret",
            hint="give it to the process in PLANTMESH_SECRETS",
        )
    return secrets.get(source.secret, "")
