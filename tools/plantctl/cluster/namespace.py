"""One namespace of a cluster: lists whole, watches that survive what a server forgets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import orjson

from services.kit.cluster import EXPIRED, MERGE, Cluster, Json, Request
from services.kit.errors import ConflictError, UnavailableError

PART_OF = "app.kubernetes.io/part-of=plantmesh"
COMPONENT = "app.kubernetes.io/component"
FOLDERS: Mapping[str, str] = {
    "pods": "/api/v1",
    "services": "/api/v1",
    "configmaps": "/api/v1",
    "secrets": "/api/v1",
    "events": "/api/v1",
    "persistentvolumeclaims": "/api/v1",
    "deployments": "/apis/apps/v1",
    "statefulsets": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "horizontalpodautoscalers": "/apis/autoscaling/v2",
    "poddisruptionbudgets": "/apis/policy/v1",
    "networkpolicies": "/apis/networking.k8s.io/v1",
    "leases": "/apis/coordination.k8s.io/v1",
}
"""The kinds that we read, by their plural."""

_PAGE = "250"
_TRIES = 5
_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"


@dataclass(frozen=True, slots=True)
class Listing:
    """What there was at one moment, which a watch may begin at."""

    items: list[Json]
    revision: str


class Namespace:
    """Every call raises what the cluster answers, as kit.errors."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self.cluster = cluster
        self.name = name

    def folder(self, plural: str) -> str:
        """The path of all objects of a kind."""
        return f"{FOLDERS[plural]}/namespaces/{self.name}/{plural}"

    async def find(self, plural: str, labels: str = PART_OF) -> Listing:
        """All of a kind with these labels; begun anew where the server forgot how far it was."""
        for _ in range(_TRIES):
            try:
                return await self._pages(plural, labels)
            except ConflictError as error:
                if error.code != EXPIRED:
                    raise
        raise UnavailableError(f"the list of {plural} changes faster than it can be read")

    async def names(self, plural: str) -> list[Json]:
        """The metadata alone: what the objects hold never leaves the server."""
        request = Request("GET", self.folder(plural), accept=_METADATA)
        return [item["metadata"] for item in (await self.cluster.ask(request))["items"]]

    async def get(self, plural: str, name: str) -> Json:
        """One; raises NotFoundError."""
        return await self.cluster.ask(Request("GET", f"{self.folder(plural)}/{name}"))

    async def patch(self, plural: str, name: str, body: Json) -> Json:
        """What it is after the merge."""
        path = f"{self.folder(plural)}/{name}"
        return await self.cluster.ask(Request("PATCH", path, body, kind=MERGE))

    async def text(
        self, path: str, query: Mapping[str, str] | None = None, seconds: float = 10.0
    ) -> str:
        """What is no object: a log, a page behind the pod proxy."""
        request = Request("GET", path, query=query or {}, accept="*/*", seconds=seconds)
        async with self.cluster.open(request) as response:
            return (await response.read()).decode(errors="replace")

    async def until(
        self, plural: str, labels: str, holds: Callable[[list[Json]], bool], seconds: float
    ) -> list[Json]:
        """What there is as soon as that `holds` of it, or when the time is up."""
        found: list[Json] = []
        try:
            async with asyncio.timeout(seconds):
                async for found in self._follow(plural, labels):
                    if holds(found):
                        break
        except TimeoutError:
            pass
        return found

    async def _follow(self, plural: str, labels: str) -> AsyncIterator[list[Json]]:
        """All of them after every change, for ever."""
        while True:
            listing = await self.find(plural, labels)
            now = {item["metadata"]["name"]: item for item in listing.items}
            yield list(now.values())
            try:
                async for type, item in self.watch(plural, labels, listing.revision):
                    if type == "DELETED":
                        now.pop(item["metadata"]["name"], None)
                    else:
                        now[item["metadata"]["name"]] = item
                    yield list(now.values())
            except (ConflictError, UnavailableError):
                # Too long ago, or cut: what there is now is listed again.
                await asyncio.sleep(0.2)

    async def watch(
        self, plural: str, labels: str, revision: str
    ) -> AsyncIterator[tuple[str, Json]]:
        """Changes until the server ends it; raises ConflictError (EXPIRED)."""
        query = {"watch": "true", "labelSelector": labels, "resourceVersion": revision}
        async with self.cluster.open(
            Request("GET", self.folder(plural), query=query, seconds=None)
        ) as response:
            while line := await response.content.readline():
                change = orjson.loads(line)
                if change["type"] == "ERROR":
                    raise ConflictError(change["object"]["message"], code=EXPIRED)
                yield change["type"], change["object"]

    async def _pages(self, plural: str, labels: str) -> Listing:
        items: list[Json] = []
        query = {"labelSelector": labels, "limit": _PAGE}
        while True:
            page = await self.cluster.ask(Request("GET", self.folder(plural), query=query))
            items += page["items"]
            metadata = page["metadata"]
            if not metadata.get("continue"):
                return Listing(items, metadata["resourceVersion"])
            query = {**query, "continue": metadata["continue"]}
