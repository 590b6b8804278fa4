"""A watch: changes as lines of JSON until the time is up, or 410 when it asks for too long ago."""

import asyncio
from collections.abc import Mapping

import orjson
from aiohttp import web

from tools.simulators.kubernetes.kinds import Kind
from tools.simulators.kubernetes.objects import Objects, matches
from tools.simulators.kubernetes.refusals import RefusedError

_LONGEST = 1800.0


async def watch(
    objects: Objects, kind: Kind, namespace: str, labels: Mapping[str, str], request: web.Request
) -> web.StreamResponse:
    """From `resourceVersion` on; a server that forgot says so inside the stream, as theirs does."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    revision = int(request.query.get("resourceVersion", objects.revision))
    try:
        async with asyncio.timeout(float(request.query.get("timeoutSeconds", _LONGEST))):
            while True:
                changes = objects.since(revision)
                for change in changes:
                    revision = change.revision
                    metadata = change.object["metadata"]
                    here = change.kind == kind and metadata["namespace"] == namespace
                    if here and matches(change.object, labels):
                        await _say(response, change.type, change.object)
                if not changes:
                    async with objects.changed:
                        await objects.changed.wait()
    except TimeoutError:
        pass
    except RefusedError as refused:
        await _say(response, "ERROR", refused.status)
    except ConnectionResetError:
        return response
    await response.write_eof()
    return response


async def _say(response: web.StreamResponse, type: str, object: object) -> None:
    await response.write(orjson.dumps({"type": type, "object": object}) + b"\n")
