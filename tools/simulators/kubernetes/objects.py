"""The objects of one cluster: every change has a revision, and is told to those who watch."""

import asyncio
import copy
import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tools.simulators.kubernetes.kinds import Kind
from tools.simulators.kubernetes.refusals import RefusedError, conflict, exists, gone, missing

Json = dict[str, Any]


class Change(NamedTuple):
    """What watchers are told: ADDED, MODIFIED or DELETED."""

    revision: int
    type: str
    kind: Kind
    object: Json


class Objects:
    """By kind, namespace and name. What it hands out is a copy."""

    def __init__(self) -> None:
        self.revision = 1000
        self.changed = asyncio.Condition()
        self._kept: dict[tuple[Kind, str, str], Json] = {}
        self._history: list[Change] = []
        self._oldest = self.revision

    def get(self, kind: Kind, namespace: str, name: str) -> Json:
        """One; raises RefusedError (404)."""
        found = self._kept.get((kind, namespace, name))
        if found is None:
            raise missing(kind, name)
        return copy.deepcopy(found)

    def list(self, kind: Kind, namespace: str, labels: Mapping[str, str]) -> list[Json]:
        """Those with these labels, by name."""
        return [
            copy.deepcopy(one)
            for (of, place, _), one in sorted(self._kept.items(), key=lambda item: item[0][1:])
            if of == kind and place == namespace and matches(one, labels)
        ]

    async def create(self, kind: Kind, namespace: str, body: Json) -> Json:
        """A new one; raises RefusedError (409) when there is one of that name."""
        given = body.get("metadata", {})
        name = given.get("name", "")
        if (kind, namespace, name) in self._kept:
            raise exists(kind, name)
        if given.get("resourceVersion"):
            raise RefusedError(
                400, "BadRequest", "resourceVersion should not be set on objects made"
            )
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = {"apiVersion": kind.version, "kind": kind.name, **copy.deepcopy(body)}
        made["metadata"] = {
            **given,
            "namespace": namespace,
            "uid": str(uuid.uuid4()),
            "creationTimestamp": given.get("creationTimestamp", now),
        }
        return await self._keep("ADDED", kind, made)

    async def replace(self, kind: Kind, namespace: str, name: str, body: Json) -> Json:
        """Its new state; raises RefusedError (404; 409 when `body` is of another version)."""
        was = self.get(kind, namespace, name)
        given = body.get("metadata", {})
        for field in ("uid", "resourceVersion"):
            if given.get(field) and given[field] != was["metadata"][field]:
                raise conflict(kind, name)
        now = {"apiVersion": kind.version, "kind": kind.name, **copy.deepcopy(body)}
        kept = {field: was["metadata"][field] for field in ("uid", "creationTimestamp")}
        now["metadata"] = {**given, "name": name, "namespace": namespace, **kept}
        return await self._keep("MODIFIED", kind, now)

    async def merge(self, kind: Kind, namespace: str, name: str, patch: Json) -> Json:
        """A merge patch (RFC 7396); the same refusals."""
        was = self.get(kind, namespace, name)
        return await self.replace(kind, namespace, name, merged(was, patch))

    async def delete(self, kind: Kind, namespace: str, name: str) -> Json:
        """At once: nobody here has finalizers."""
        was = self.get(kind, namespace, name)
        del self._kept[kind, namespace, name]
        return await self._tell("DELETED", kind, was)

    def since(self, revision: int) -> Sequence[Change]:
        """What changed after it; raises RefusedError (410) when that is forgotten."""
        if revision < self._oldest:
            raise gone(revision, self._oldest)
        return [change for change in self._history if change.revision > revision]

    def compact(self) -> None:
        """Forget every change so far, as etcd does after a few minutes."""
        self._oldest = self.revision
        self._history.clear()

    async def _keep(self, type: str, kind: Kind, made: Json) -> Json:
        metadata = made["metadata"]
        self._kept[kind, metadata["namespace"], metadata["name"]] = made
        return await self._tell(type, kind, made)

    async def _tell(self, type: str, kind: Kind, made: Json) -> Json:
        self.revision += 1
        made["metadata"]["resourceVersion"] = str(self.revision)
        self._history.append(Change(self.revision, type, kind, copy.deepcopy(made)))
        async with self.changed:
            self.changed.notify_all()
        return copy.deepcopy(made)


def matches(one: Json, labels: Mapping[str, str]) -> bool:
    """Whether it has all of these labels."""
    has = one["metadata"].get("labels", {})
    return all(has.get(name) == value for name, value in labels.items())


def merged(was: Any, patch: Any) -> Any:
    """RFC 7396: objects are merged, null deletes, anything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(was) if isinstance(was, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
