"""Options that several commands share."""

from typing import Annotated

import typer

ServiceName = Annotated[str | None, typer.Option("--service", help="Only this service.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the audit.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="How many a service at most.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]
