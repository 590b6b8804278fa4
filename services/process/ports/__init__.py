"""What the process service needs from the outside: its books, its peers, its workflow engine."""

from services.process.ports.books import (
    Books,
    Closings,
    Effects,
    Facts,
    Flows,
    Holds,
    Ledgers,
    PostedPart,
    Views,
)
from services.process.ports.engine import Engine, ProcessRuntime, Run, Steps, Wake
from services.process.ports.peers import Enforcer, Erp, Mes, Peers, Quality, Watcher, Wms

__all__ = [
    "Books",
    "Closings",
    "Effects",
    "Enforcer",
    "Engine",
    "Erp",
    "Facts",
    "Flows",
    "Holds",
    "Ledgers",
    "Mes",
    "Peers",
    "PostedPart",
    "ProcessRuntime",
    "Quality",
    "Run",
    "Steps",
    "Views",
    "Wake",
    "Watcher",
    "Wms",
]
