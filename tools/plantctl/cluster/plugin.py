"""`kubectl plantmesh`: those commands of plantctl that are about a cluster."""

import typer

from tools.plantctl.cluster.bundle import support_bundle
from tools.plantctl.cluster.drain import drain
from tools.plantctl.cluster.place import Context, Kubeconfig, NamespaceName, Place
from tools.plantctl.cluster.status import Everything, show
from tools.plantctl.ending import end
from tools.plantctl.options import AsJson, ServiceName

app = typer.Typer(
    name="kubectl plantmesh",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Plantmesh on a cluster. Exits 0 done, 1 refused, 2 something could not be reached, "
    "64 misspelt.",
)
app.command()(drain)
app.command()(support_bundle)


@app.command()
def status(
    service: ServiceName = None,
    everything: Everything = False,
    as_json: AsJson = False,
    context: Context = "",
    namespace: NamespaceName = "",
    kubeconfig: Kubeconfig = None,
) -> None:
    """Show workloads, migrations, leases and what waits, in one table."""
    place = Place(context, namespace, kubeconfig)
    show(place, component=service, everything=everything, as_json=as_json)


def main() -> None:
    """Run a command."""
    end(app)


if __name__ == "__main__":
    main()
