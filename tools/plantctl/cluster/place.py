"""Which cluster and namespace a command is about, as kubectl is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from services.kit.cluster import Cluster
from tools.plantctl.cluster.namespace import Namespace
from tools.plantctl.session import run

T = TypeVar("T")

Context = Annotated[str, typer.Option("--context", help="Of the kubeconfig; else its current one.")]
NamespaceName = Annotated[
    str, typer.Option("--namespace", "-n", help="Where Plantmesh is; else the context's.")
]
Kubeconfig = Annotated[Path | None, typer.Option("--kubeconfig", help="Else kubectl's own.")]


@dataclass(frozen=True, slots=True)
class Place:
    """As the options say it; "" leaves it to the kubeconfig."""

    context: str = ""
    namespace: str = ""
    kubeconfig: Path | None = None

    @property
    def told(self) -> bool:
        """Whether any of them was given."""
        return bool(self.context or self.namespace or self.kubeconfig)

    def run(self, act: Callable[[Namespace], Awaitable[T]]) -> T:
        """Do it there; raises what the cluster answers."""

        async def there() -> T:
            async with self._open() as namespace:
                return await act(namespace)

        return run(there())

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Namespace]:
        cluster = await Cluster.of_file(self.kubeconfig, self.context)
        try:
            yield Namespace(cluster, self.namespace or cluster.namespace or "default")
        finally:
            await cluster.close()
