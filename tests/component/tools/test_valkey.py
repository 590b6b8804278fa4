from urllib.parse import urlsplit

import psutil
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.servers import ValkeyServer


def test_a_killed_broker_comes_back_empty_on_the_same_port(fresh_valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(fresh_valkey.url) as client:
        client.xadd("plantmesh.mes.0", {"data": "x"})
        fresh_valkey.kill()
        with pytest.raises(redis.ConnectionError):
            client.ping()
        fresh_valkey.start()
        assert client.xlen("plantmesh.mes.0") == 0


def test_the_password_is_asked(fresh_valkey: ValkeyServer) -> None:
    at = urlsplit(fresh_valkey.url)
    with (
        redis.Redis(
            host=str(at.hostname), port=int(at.port or 0), retry=Retry(NoBackoff(), 0)
        ) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_a_full_broker_refuses_and_forgets_nothing(fresh_valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(fresh_valkey.url) as client:
        client.set("kept", "1")
        client.config_set("maxmemory", 1)
        with pytest.raises(redis.exceptions.OutOfMemoryError):
            client.xadd("plantmesh.mes.0", {"data": "x"})
        assert client.get("kept") == b"1"


def test_nothing_is_kept_on_disk(fresh_valkey: ValkeyServer) -> None:
    with redis.Redis.from_url(fresh_valkey.url) as client:
        assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}


def test_it_listens_on_loopback_only_and_hides_its_password(fresh_valkey: ValkeyServer) -> None:
    at = urlsplit(fresh_valkey.url)
    with redis.Redis.from_url(fresh_valkey.url) as client:
        process = psutil.Process(client.info("server")["process_id"])
    listening = {c.laddr for c in process.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", at.port)}
    assert str(at.password) not in " ".join(process.cmdline())


def test_two_brokers_do_not_meet(fresh_valkey: ValkeyServer, valkey: ValkeyServer) -> None:
    assert fresh_valkey.url != valkey.url
