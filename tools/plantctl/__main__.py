"""`plantctl`: see what waits in every service and move it on; on this machine and on a cluster."""

from pathlib import Path
from typing import Annotated

import typer

from tools.mesh.program import HERE
from tools.plantctl import audit, codes, lanes, letters, mapping
from tools.plantctl.cluster.bundle import support_bundle
from tools.plantctl.cluster.drain import drain
from tools.plantctl.drift import drift, reconcile
from tools.plantctl.ending import end
from tools.plantctl.files import export, load
from tools.plantctl.seed import seed
from tools.plantctl.session import Session, mint, session
from tools.plantctl.sources import sources
from tools.plantctl.standing import status
from tools.plantctl.stock import app as stock
from tools.plantctl.stuck import app as stuck
from tools.plantctl.takeover import recount

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="See what waits in every service and move it on. "
    "Exits 0 done, 1 refused, 2 a service could not be reached, 64 misspelt.",
)
app.add_typer(lanes.app, name="lanes")
app.add_typer(letters.app, name="dead-letters")
app.add_typer(codes.app, name="codes")
app.add_typer(audit.app, name="audit")
app.add_typer(mapping.app, name="mapping")
app.add_typer(stock, name="stock")
app.add_typer(stuck, name="stuck")
app.command()(status)
app.command()(sources)
app.command()(seed)
app.command()(load)
app.command()(export)
app.command()(recount)
app.command()(drift)
app.command()(reconcile)
app.command()(drain)
app.command()(support_bundle)


@app.callback()
def options(
    context: typer.Context,
    address: Annotated[
        list[str] | None, typer.Option(help="erp=host:port; repeatable. Else the running mesh.")
    ] = None,
    user: Annotated[str, typer.Option(help="Act as this development user.")] = "operator",
    root: Annotated[Path, typer.Option(help="The folder of the running mesh.")] = HERE / ".mesh",
) -> None:
    """Keep what stands before the command."""
    context.obj = Session(root, user, address or [])


@app.command()
def token(
    context: typer.Context,
    user: Annotated[str | None, typer.Option(help="For this development user.")] = None,
) -> None:
    """Print a token of the development issuer, good for 15 minutes."""
    current = session(context)
    typer.echo(mint(current.root, user or current.user))


def main() -> None:
    """Run a command."""
    end(app)


if __name__ == "__main__":
    main()
