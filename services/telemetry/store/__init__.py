"""The books of telemetry in PostgreSQL; each is used inside an open unit of work (kit.store)."""

from services.kit.clock import Clock
from services.telemetry.ports import Books, Heartbeat
from services.telemetry.store.facts import OutboxFacts
from services.telemetry.store.machines import SqlMachines
from services.telemetry.store.terms import SqlTerms


def open_books(clock: Clock, heartbeat: Heartbeat) -> Books:
    """Whatever is done with them is part of the unit of work of the task that does it."""
    return Books(SqlMachines(), OutboxFacts(), SqlTerms(), heartbeat, clock)
