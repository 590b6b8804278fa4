"""What the ledger is told, by arguments or by PLANTMESH_LEDGER_*."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


class LedgerSettings(BaseSettings):
    """Where it listens and keeps its books; `python -m tools.simulators.ledger --help`."""

    model_config = SettingsConfigDict(
        env_prefix="PLANTMESH_LEDGER_",
        cli_prog_name="ledger",
        cli_parse_args=True,
        cli_kebab_case=True,
        frozen=True,
    )

    port: Port
    control_port: Port
    """Where its bad days are arranged; no part of the ERP itself."""
    folder: Path
    """Of the journal, the request log and the generated key."""
    versioned: bool = False
    """Refuse a posting that is not made against the order's newest version (If-Match)."""
