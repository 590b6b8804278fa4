"""One service of ours as a process of its own, and what its callers cost together with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.meter import Cost, measure, postgres_cpu, program_cpu
from tests.bench.report import Step
from tests.copies import NOWHERE
from tests.servers import PostgresServer, issuer_server, scratch_folder, valkey_server
from tools.mesh.program import Program
from tools.mesh.services import declare
from tools.mesh.tokens import Bearer


@dataclass(frozen=True)
class Served:
    """A service at work, and a token for it."""

    name: str
    program: Program
    token: str
    postgres: PostgresServer

    def step(self, name: str, work: Callable[..., int], port: str, *arguments: object) -> Step:
        """`work` calls one of its ports with the token, in a process of its own."""
        pid = self.program.child.pid
        before = program_cpu(pid), postgres_cpu(self.postgres.url)
        caller = measure(work, self.program.port(port), self.token, *arguments)
        service = program_cpu(pid) - before[0]
        servers = postgres_cpu(self.postgres.url) - before[1]
        cost = Cost(caller.count, caller.cpu + service, caller.wall)
        return Step(name, cost, {f"of it {self.name}": service, "PostgreSQL": servers})


@contextmanager
def served(name: str, postgres: PostgresServer, dsn: str, scopes: str) -> Iterator[Served]:
    """On a database that is prepared; it knows no other service."""
    with issuer_server() as issuer, valkey_server(private=True) as valkey, scratch_folder() as root:
        env = {
            "PLANTMESH_DATABASE_URL": dsn,
            "PLANTMESH_REDIS_URL": valkey.url,
            "PLANTMESH_JWKS_URL": issuer.jwks_url,
            "PLANTMESH_ISSUER": issuer.url,
            **NOWHERE,
        }
        [program] = declare(name, env, 1).programs(root)
        program.start()
        try:
            token = issuer.mint(Bearer("service:process", tuple(scopes.split())))
            yield Served(name, program, token, postgres)
        finally:
            program.stop()
