"""The API server's face: paths, media types, lists in pages, watches, subresources."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

from tools.simulators.kubernetes.kinds import BY_PLURAL, KINDS, Kind
from tools.simulators.kubernetes.objects import Json, Objects
from tools.simulators.kubernetes.pages import Pages
from tools.simulators.kubernetes.refusals import RefusedError
from tools.simulators.kubernetes.rules import examine
from tools.simulators.kubernetes.watching import watch
from tools.simulators.kubernetes.weather import Weather

_METADATA = "as=PartialObjectMetadataList"
_PATCHES = ("application/merge-patch+json", "application/strategic-merge-patch+json")
_KUBECONFIG = """
apiVersion: v1
kind: Config
current-context: test
contexts: [{{name: test, context: {{cluster: test, user: test, namespace: {namespace}}}}}]
clusters: [{{name: test, cluster: {{server: "{url}"}}}}]
users: [{{name: test, user: {{token: {token}}}}}]
"""


@dataclass
class ApiServer:
    """A cluster. `proxied` is where "pod:port" leads, `logs` what "pod/container" wrote.

    `forbidden` holds plurals nobody may read, `page` is the most that one list answers.
    """

    token: str = "let-me-in"
    objects: Objects = field(default_factory=Objects)
    weather: Weather = field(default_factory=Weather)
    proxied: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    port: int = 0
    _pages: Pages = field(default_factory=Pages)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def kubeconfig(self, path: Path, namespace: str = "default", url: str = "") -> Path:
        """A file that leads here, or to `url`."""
        text = _KUBECONFIG.format(url=url or self.url, token=self.token, namespace=namespace)
        path.write_text(text)
        return path

    async def put(self, plural: str, namespace: str, name: str, **body: Any) -> Json:
        """An object, made or changed by somebody else."""
        kind = BY_PLURAL[plural]
        metadata = {"name": name, **body.pop("metadata", {})}
        whole = {"metadata": metadata, **body}
        try:
            self.objects.get(kind, namespace, name)
        except RefusedError:
            return await self.objects.create(kind, namespace, whole)
        return await self.objects.merge(kind, namespace, name, whole)

    def get(self, plural: str, namespace: str, name: str) -> Json:
        """An object as it is; raises RefusedError."""
        return self.objects.get(BY_PLURAL[plural], namespace, name)

    async def delete(self, plural: str, namespace: str, name: str) -> None:
        """Somebody else takes it away."""
        await self.objects.delete(BY_PLURAL[plural], namespace, name)

    async def start(self) -> None:
        """Listen, on the same port as before."""
        self._runner = web.AppRunner(self._application(), shutdown_timeout=0.1)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        self.port = listener.getsockname()[1]
        await web.SockSite(self._runner, listener).start()

    async def kill(self) -> None:
        """Every connection breaks and no new one is taken; the objects stay."""
        if self._runner is not None and self._runner.server is not None:
            for connection in list(self._runner.server.connections):
                if connection.transport:
                    connection.transport.abort()
            await self._runner.cleanup()
            self._runner = None

    def _application(self) -> web.Application:
        made = web.Application(middlewares=[self._border])
        for kind in KINDS:
            folder = f"{kind.prefix}/namespaces/{{namespace}}/{kind.plural}"
            made.router.add_get(folder, self._for(kind, self._list))
            made.router.add_post(folder, self._for(kind, self._create))
            made.router.add_get(f"{folder}/{{name}}", self._for(kind, self._get))
            made.router.add_put(f"{folder}/{{name}}", self._for(kind, self._replace))
            made.router.add_patch(f"{folder}/{{name}}", self._for(kind, self._patch))
            made.router.add_delete(f"{folder}/{{name}}", self._for(kind, self._delete))
            if kind.scales:
                made.router.add_get(f"{folder}/{{name}}/scale", self._for(kind, self._scale))
                made.router.add_patch(f"{folder}/{{name}}/scale", self._for(kind, self._rescale))
        pods = "/api/v1/namespaces/{namespace}/pods/{name}"
        made.router.add_get(f"{pods}/log", self._log)
        made.router.add_get(f"{pods}/proxy/{{rest:.*}}", self._proxy)
        made.router.add_get("/version", self._version)
        return made

    @web.middleware
    async def _border(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Weather, token, rights, and what was refused as a Status."""
        self.asked.append(f"{request.method} {request.path_qs}")
        try:
            fault = await self.weather.pass_over(request)
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                raise RefusedError(401, "Unauthorized", "Unauthorized")
            if parts := self.forbidden.intersection(request.path.split("/")):
                raise RefusedError(
                    403, "Forbidden", f"{', '.join(parts)} is forbidden: no RBAC rule"
                )
            answer = await handler(request)
        except RefusedError as refused:
            return web.json_response(refused.status, status=refused.code)
        except ConnectionAbortedError:
            return _broken(request)
        if fault is not None and fault.what == "lost":
            return _broken(request)
        if fault is not None and fault.what == "nonsense":
            return web.Response(text="<html>please log in</html>", content_type="text/html")
        return answer

    def _for(
        self, kind: Kind, act: Callable[[Kind, web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await act(kind, request)

        return handle

    async def _list(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        query, namespace = request.query, request.match_info["namespace"]
        labels = _labels(query.get("labelSelector", ""))
        if query.get("watch") in ("true", "1"):
            return await watch(self.objects, kind, namespace, labels, request)
        found = self.objects.list(kind, namespace, labels)
        if _METADATA in request.headers.get("Accept", ""):
            found = [{"metadata": one["metadata"]} for one in found]
        page, metadata = self._pages.cut(self.objects, found, query)
        body = {"kind": f"{kind.name}List", "apiVersion": kind.version, "metadata": metadata}
        return web.json_response({**body, "items": page})

    async def _create(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        examine(kind, body)
        made = await self.objects.create(kind, request.match_info["namespace"], body)
        return web.json_response(made, status=201)

    async def _get(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.objects.get(kind, *_named(request)))

    async def _replace(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        examine(kind, body)
        return web.json_response(await self.objects.replace(kind, *_named(request), body))

    async def _patch(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        if request.content_type not in _PATCHES:
            raise RefusedError(415, "UnsupportedMediaType", f"no patch: {request.content_type}")
        body = orjson.loads(await request.read())
        examine(kind, {**body, "metadata": {"name": request.match_info["name"]}})
        return web.json_response(await self.objects.merge(kind, *_named(request), body))

    async def _delete(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        return web.json_response(await self.objects.delete(kind, *_named(request)))

    async def _scale(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        return web.json_response(_scale_of(self.objects.get(kind, *_named(request))))

    async def _rescale(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        was = body.get("metadata", {}).get("resourceVersion")
        patch: Json = {"spec": {"replicas": body["spec"]["replicas"]}}
        if was:
            patch["metadata"] = {"resourceVersion": was}
        return web.json_response(_scale_of(await self.objects.merge(kind, *_named(request), patch)))

    async def _log(self, request: web.Request) -> web.StreamResponse:
        self.objects.get(BY_PLURAL["pods"], *_named(request))
        before = ".previous" if request.query.get("previous") == "true" else ""
        name = f"{request.match_info['name']}/{request.query.get('container', '')}{before}"
        if name not in self.logs:
            raise RefusedError(
                400, "BadRequest", f"previous terminated container not found: {name}"
            )
        lines = self.logs[name].splitlines(keepends=True)
        text = "".join(lines[-int(request.query.get("tailLines", len(lines) or 1)) :])
        return web.Response(text=text[: int(request.query.get("limitBytes", len(text) or 1))])

    async def _proxy(self, request: web.Request) -> web.StreamResponse:
        name, _, port = request.match_info["name"].partition(":")
        self.objects.get(BY_PLURAL["pods"], request.match_info["namespace"], name)
        target = self.proxied.get(f"{name}:{port}")
        if target is None:
            raise RefusedError(503, "ServiceUnavailable", "error trying to reach service: dial tcp")
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{target}/{request.match_info['rest']}") as answer,
        ):
            return web.Response(
                body=await answer.read(), status=answer.status, content_type=answer.content_type
            )

    async def _version(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"major": "1", "minor": "37", "gitVersion": "v1.37.0-simulated"})


@asynccontextmanager
async def api_server() -> AsyncIterator[ApiServer]:
    """One that is empty."""
    server = ApiServer()
    await server.start()
    try:
        yield server
    finally:
        server.weather.bring()
        await server.kill()


def _named(request: web.Request) -> tuple[str, str]:
    return request.match_info["namespace"], request.match_info["name"]


def _labels(selector: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in selector.split(",") if part)


def _scale_of(one: Json) -> Json:
    metadata = {key: one["metadata"][key] for key in ("name", "namespace", "resourceVersion")}
    spec, status = one.get("spec", {}), one.get("status", {})
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": {"replicas": spec.get("replicas", 1)},
        "status": {"replicas": status.get("replicas", 0)},
    }


def _broken(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
