"""`python -m tools.mesh up|down|status|logs|kill|token`: the platform on this machine."""

import asyncio
import json
import signal
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tools.mesh import daemon
from tools.mesh.errors import MeshError
from tools.mesh.issuer import Issuer
from tools.mesh.people import USERS
from tools.mesh.ports import LOOPBACK
from tools.mesh.program import HERE
from tools.mesh.status import ProcessStatus, Status

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()

Root = Annotated[Path, typer.Option(help="Where data, logs and secrets are kept.")]
Replicas = Annotated[int, typer.Option(min=1, max=9, help="Processes per service.")]
_ROOT = HERE / ".mesh"


class Signal(StrEnum):
    """What may be sent to a process."""

    KILL = "KILL"
    TERM = "TERM"
    STOP = "STOP"
    CONT = "CONT"


@app.command()
def up(root: Root = _ROOT, replicas: Replicas = 1) -> None:
    """Start everything in the background and wait until it is ready."""
    with console.status("the first start makes the databases"):
        found = daemon.up(root.resolve(), replicas, console.print)
    console.print(_table(found))
    for line in way_in(found, root):
        console.print(line, highlight=False, soft_wrap=True)


@app.command()
def down(root: Root = _ROOT) -> None:
    """Stop everything, in order; also what a killed mesh left behind."""
    with console.status("stopping"):
        found = daemon.down(root.resolve())
    console.print("stopped" if found else "nothing was running")


@app.command()
def status(root: Root = _ROOT, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Show every process with its ports, memory (MB now and at its peak) and CPU seconds."""
    found = daemon.current(root.resolve())
    if as_json:
        typer.echo(json.dumps(asdict(found), indent=1))
    else:
        console.print(_table(found) if found.processes else found.phase)
    raise typer.Exit(0 if found.phase == "up" else 3)


@app.command()
def logs(
    name: str,
    root: Root = _ROOT,
    lines: Annotated[int, typer.Option("-n", min=1)] = 50,
) -> None:
    """Show the end of the log of a process, or of all replicas of a service."""
    folder = root.resolve() / "log"
    found = sorted({*folder.glob(f"{name}.log"), *folder.glob(f"{name}-[0-9].log")})
    if not found:
        known = ", ".join(sorted(file.stem for file in folder.glob("*.log")))
        raise MeshError(f"there is no log of {name}", hint=f"there are: {known}")
    for file in found:
        console.rule(file.stem, align="left")
        for line in file.read_text(errors="replace").splitlines()[-lines:]:
            console.out(line, highlight=False)


@app.command()
def kill(
    name: str,
    root: Root = _ROOT,
    number: Annotated[Signal, typer.Option("--signal")] = Signal.KILL,
) -> None:
    """Signal a process of the mesh, by name; what dies of it is started again."""
    daemon.signal_process(root.resolve(), name, signal.Signals[f"SIG{number}"])


@app.command()
def token(user: str, root: Root = _ROOT) -> None:
    """Print a token for a development user, good for 15 minutes."""
    if user not in USERS:
        raise MeshError(f"there is no user {user}", hint=f"there are: {', '.join(USERS)}")
    typer.echo(Issuer(root).signer.mint(USERS[user]))


@app.command(hidden=True)
def serve(root: Path, replicas: int = 1) -> None:
    """Be the background process of `up`."""
    asyncio.run(daemon.serve(root, replicas))


def way_in(status: Status, root: Path) -> list[str]:
    """Where the graph is and how to be let in; nothing without a gateway."""
    port = next((one.ports["http"] for one in status.processes if "http" in one.ports), None)
    if port is None:
        return []
    header = '{"authorization": "Bearer TOKEN"}'
    return [
        f"GraphiQL: http://{LOOPBACK}:{port}/graphql, with the header {header}",
        f"a TOKEN (15 minutes): .venv/bin/plantctl --root {root} token --user viewer",
    ]


def _table(status: Status) -> Table:
    table = Table(box=None, header_style="dim")
    for head in ("process", "state", "pid", "ports", "restarts"):
        table.add_column(head)
    for head in ("MB", "peak", "CPU s"):
        table.add_column(head, justify="right")
    for each in status.processes:
        table.add_row(*_row(each))
    peaks = sum(each.peak for each in status.processes)
    used = sum(each.memory for each in status.processes)
    spent = sum(each.cpu for each in status.processes)
    table.add_row("all", status.phase, "", "", "", f"{used:.0f}", f"{peaks:.0f}", f"{spent:.1f}")
    return table


def _row(each: ProcessStatus) -> tuple[str, ...]:
    ports = " ".join(f"{purpose} {port}".strip() for purpose, port in each.ports.items())
    pid = "" if each.pid is None else str(each.pid)
    usage = f"{each.memory:.0f}", f"{each.peak:.0f}", f"{each.cpu:.1f}"
    return each.name, each.state, pid, ports, str(each.restarts), *usage


def main() -> None:
    """Run a command; what goes wrong with the mesh is said in one line."""
    try:
        app()
    except MeshError as error:
        Console(stderr=True).print(f"[red]{error}", highlight=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
