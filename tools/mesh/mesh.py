"""The whole platform on one machine, as a library: `async with Mesh(root) as mesh`."""

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from tools.mesh import audit, gateway, tls
from tools.mesh.child import sweep
from tools.mesh.files import remembered_secret
from tools.mesh.issuer import Issuer
from tools.mesh.migrations import migrate
from tools.mesh.postgres import Postgres, provide
from tools.mesh.program import Process, Program
from tools.mesh.server import Server
from tools.mesh.services import addresses, declare, present
from tools.mesh.settings import MeshSettings
from tools.mesh.supervisor import Supervisor
from tools.mesh.valkey import Valkey

DAEMON = "mesh"
Report = Callable[[str], None]


class Mesh:
    """Servers, issuer and services under `root`, from its first line to its last.

    `env` goes to every service; `replicas` are of every service, or by name. `report` hears of each
    step. PLANTMESH_DATABASE_URL and PLANTMESH_REDIS_URL replace our own servers; with
    PLANTMESH_MESH_TLS=1 services and gateway call each other by mutual TLS.
    """

    def __init__(
        self,
        root: Path,
        *,
        services: Sequence[str] | None = None,
        replicas: int | Mapping[str, int] = 1,
        env: Mapping[str, str] | None = None,
        durable: bool = True,
        report: Report = lambda step: None,
    ) -> None:
        self.root = root.resolve()
        self.services = tuple(present() if services is None else services)
        self.supervisor = Supervisor()
        self.issuer = Issuer(root)
        self.postgres = Postgres(root, durable=durable)
        self.valkey = Valkey(root)
        self.databases: dict[str, str] = {}
        self._settings = MeshSettings()
        by_name = (
            replicas if isinstance(replicas, Mapping) else dict.fromkeys(self.services, replicas)
        )
        self._replicas = by_name
        self._env = dict(env or {})
        self._report = report
        self._programs: dict[str, list[Program]] = {}

    async def __aenter__(self) -> Self:
        """Up, or an error and nothing left running."""
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self.supervisor.stop)
            await self._start()
            undo.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything, services first."""
        self._report("stopping")
        await self.supervisor.stop()

    async def run(self, process: Process, *, seconds: float = 60.0) -> list[Program]:
        """One more process (a simulator, the gateway), stopped before what is there already."""
        programs = process.programs(self.root)
        await self.supervisor.start(programs, restart=process.restart, seconds=seconds)
        return programs

    async def open_gateway(self, **env: str) -> Program:
        """The graph of the services that run, for developers: any document, and GraphiQL."""
        [program] = await self.open_gateways(1, **env)
        return program

    async def open_gateways(self, replicas: int, **env: str) -> list[Program]:
        """The same, each at an address of its own."""
        told = {
            "PLANTMESH_JWKS_URL": self.issuer.jwks_url,
            "PLANTMESH_ISSUER": self.issuer.url,
            "PLANTMESH_DEVELOPMENT": "1",
            **self._telemetry(),
            **self._certificates("gateway"),
        }
        self._report("starting gateway")
        scheme = "https" if self._settings.tls else "http"
        process = gateway.declare(told | env, gateway.located(self._programs, scheme))
        return await self.run(replace(process, replicas=replicas))

    def program(self, service: str, replica: int = 0) -> Program:
        """One replica of a service, to ask for its ports or log."""
        return self._programs[service][replica]

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal a process by its name, such as "erp-0" or "valkey"; it comes back."""
        self.supervisor.kill(name, number)

    @property
    def server_url(self) -> str:
        """Of PostgreSQL's superuser, or of whoever the environment names."""
        given = self._settings.database_url
        return self.postgres.url if given is None else given.get_secret_value()

    @property
    def redis_url(self) -> str:
        """Of the broker in use."""
        given = self._settings.redis_url
        return self.valkey.url if given is None else given.get_secret_value()

    async def _start(self) -> None:
        self._clear_away()
        servers = self._servers()
        self._report(f"starting {', '.join(server.name for server in servers)}")
        await self.supervisor.start(servers)
        self._report(f"databases and migrations: {', '.join(self.services) or 'none yet'}")
        self.databases = {service: self._database(service) for service in self.services}
        await migrate(self.databases)
        self._sign()
        self._report(f"starting {', '.join(self.services) or 'no service yet'}")
        await self._start_services()

    def _clear_away(self) -> None:
        """End what a killed run left; two meshes of one root would share ports and data."""
        for pid_file in (self.root / "run").glob("*.pid"):
            if pid_file.stem != DAEMON:
                sweep(pid_file)

    def _servers(self) -> list[Server]:
        """Those that the environment does not replace."""
        own: list[Server] = [self.issuer]
        if self._settings.redis_url is None:
            own.insert(0, self.valkey)
        if self._settings.database_url is None:
            own.insert(0, self.postgres)
        return own

    def _database(self, service: str) -> str:
        password = remembered_secret(self.root / "secrets" / f"postgres-{service}")
        return provide(self.server_url, service, password)

    async def _start_services(self) -> None:
        """All ports are taken first: each service is told where the others are."""
        for name in self.services:
            process = declare(name, self._environment(name), self._replicas.get(name, 1))
            self._programs[name] = process.programs(self.root)
        programs = [program for each in self._programs.values() for program in each]
        for program in programs:
            program.take_ports()
        for program in programs:
            program.told.update(addresses(self._programs))
        for program in self._programs.get("telemetry", []):
            program.told["PLANTMESH_TELEMETRY_FOLDER"] = str(self.root / "edge" / program.name)
        await self.supervisor.start(programs)

    def _environment(self, service: str) -> dict[str, str]:
        env = {
            "PLANTMESH_DATABASE_URL": self.databases[service],
            "PLANTMESH_REDIS_URL": self.redis_url,
            "PLANTMESH_JWKS_URL": self.issuer.jwks_url,
            "PLANTMESH_ISSUER": self.issuer.url,
            "PLANTMESH_CLIENT_SECRET": self.issuer.secrets.of_client(service),
            **audit.environment(self.root, service),
        }
        return env | self._telemetry() | self._certificates(service) | self._env

    def _sign(self) -> None:
        if self._settings.tls:
            tls.issue(self.root, (*self.services, "gateway"))
        else:
            tls.forget(self.root)

    def _certificates(self, name: str) -> dict[str, str]:
        return tls.environment(self.root, name) if self._settings.tls else {}

    def _telemetry(self) -> dict[str, str]:
        endpoint = self._settings.otlp_endpoint
        return {"PLANTMESH_OTLP_ENDPOINT": endpoint.get_secret_value()} if endpoint else {}
