"""The API server of a Kubernetes cluster, asked in plain JSON.

The client's own models are left aside: they refuse what a newer server adds, and they write a time
without its fraction where a Lease must have one. That client takes 0.6 s of CPU and
40 MB to load: only who speaks to a cluster loads it.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from services.kit.errors import (
    ConflictError,
    DeniedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from kubernetes.aio.client import ApiClient, Configuration

Json = dict[str, Any]

MERGE = "application/merge-patch+json"
EXPIRED = "resource_expired"
"""The code of what a server has forgotten (410): list again."""

_SECONDS = 10.0
_BUSY = (408, 429)
_REFUSALS: Mapping[int, type[DomainError]] = {
    401: UnauthenticatedError,
    403: DeniedError,
    404: NotFoundError,
    409: ConflictError,
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: `kind` is the body's media type; without `seconds` the answer has no end."""

    method: str
    path: str
    body: Json | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    accept: str = "application/json"
    seconds: float | None = _SECONDS


class Cluster:
    """One API server and who we are there; `namespace` is the one of our context, "" for none.

    Every call raises the family of kit.errors: UnavailableError without an answer in time.
    """

    def __init__(self, configuration: "Configuration", namespace: str = "") -> None:
        self.namespace = namespace
        self._configuration = configuration
        self._client: ApiClient | None = None

    @classmethod
    def of_pod(cls) -> Self:
        """As the service account of the pod we run in; raises InvalidError elsewhere."""
        from kubernetes.aio.client import Configuration
        from kubernetes.aio.config import ConfigException, load_incluster_config

        configuration = Configuration()
        try:
            load_incluster_config(configuration)
        except ConfigException as error:
            raise InvalidError(
                f"this is no pod with a service account: {error}",
                code="no_cluster",
                hint="automountServiceAccountToken, or name a kubeconfig",
            ) from error
        return cls(configuration)

    @classmethod
    async def of_file(cls, path: Path | None = None, context: str = "") -> Self:
        """As a kubeconfig says (kubectl's own without `path`); raises InvalidError."""
        from kubernetes.aio.client import Configuration
        from kubernetes.aio.config import ConfigException, load_kube_config

        configuration = Configuration()
        try:
            loader = await load_kube_config(
                str(path) if path else None,
                context or None,
                configuration,
                persist_config=False,
            )
        except (ConfigException, OSError, TypeError) as error:
            raise InvalidError(
                f"the kubeconfig {path or ''} cannot be used: {error}".replace("  ", " "),
                code="no_cluster",
                field="kubeconfig",
                hint="kubectl config get-contexts shows what there is",
            ) from error
        return cls(configuration, loader.current_context["context"].get("namespace", ""))

    @property
    def address(self) -> str:
        """Where it is."""
        return str(self._configuration.host)

    async def ask(self, request: Request) -> Json:
        """The object that answers."""
        async with self.open(request) as response:
            found: Json = await response.json()
            return found

    @asynccontextmanager
    async def open(self, request: Request) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer whose body is still to be read."""
        try:
            async with await self._send(request) as response:
                if response.status >= 400:
                    raise await _refusal(response)
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnavailableError(
                f"the API server {self.address} does not answer: {_why(error)}"
            ) from error

    async def close(self) -> None:
        """Drop every connection; the next call opens another."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _send(self, request: Request) -> aiohttp.ClientResponse:
        if self._client is None:
            from kubernetes.aio.client import ApiClient

            self._client = ApiClient(self._configuration)
        parts = await self._client.param_serialize(
            request.method,
            request.path,
            query_params=list(request.query.items()),
            header_params={"Content-Type": request.kind, "Accept": request.accept},
            body=request.body,
            auth_settings=["BearerToken"],
        )
        timeout = aiohttp.ClientTimeout(total=request.seconds, connect=_SECONDS)
        answer = await self._client.call_api(*parts, _request_timeout=timeout)
        response: aiohttp.ClientResponse = answer.response
        return response


async def _refusal(response: aiohttp.ClientResponse) -> DomainError:
    """What a Status object, or whatever stands before the server, has against it."""
    said = ""
    if response.content_type == "application/json":
        said = str((await response.json()).get("message", ""))
    message = f"{said or response.reason} ({response.status})"
    if response.status in _BUSY or response.status >= 500:
        return UnavailableError(message)
    if response.status == 410:
        return ConflictError(message, code=EXPIRED)
    return _REFUSALS.get(response.status, InvalidError)(message)


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
