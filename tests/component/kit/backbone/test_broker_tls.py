"""The broker over TLS: its name and authority are checked, a renewed authority is believed."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis.exceptions import ConnectionError as NoConnectionError

from services.kit.backbone.broker import client_of, plain
from services.kit.tls import TlsFiles
from tests.servers import ValkeyServer
from tools.mesh.authority import Authority


@asynccontextmanager
async def in_front_of(server: str, files: TlsFiles) -> AsyncIterator[int]:
    """A port that ends TLS before the broker, which was built without."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.cert, files.key)
    behind = urlsplit(server)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        below, above = await asyncio.open_connection(behind.hostname, behind.port)
        await asyncio.gather(carry(reader, above), carry(below, writer), return_exceptions=True)

    listening = await asyncio.start_server(joined, "127.0.0.1", 0, ssl=context)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def test_only_the_brokers_own_authority_is_believed_also_when_it_is_renewed(
    valkey: ValkeyServer, tmp_path: Path
) -> None:
    files = Authority("old").issue(tmp_path / "broker", "valkey")
    password = urlsplit(valkey.url).password
    async with in_front_of(valkey.url, files) as port:
        url = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={files.ca}"
        shared = client_of(url, password)
        own = plain(shared)
        for client in (shared, own):
            assert await client.ping()
    renewed = Authority("new").issue(tmp_path / "renewed", "valkey")
    async with in_front_of(valkey.url, renewed) as port:
        for client in (shared, own):
            client.connection_pool.connection_kwargs["port"] = port
            kept: list[Any] = client.connection_pool._available_connections
            for connection in kept:
                connection.port = port
                await connection.disconnect()
            with pytest.raises(NoConnectionError, match="CERTIFICATE_VERIFY_FAILED"):
                await client.ping()
        files.ca.write_bytes(renewed.ca.read_bytes())
        for client in (shared, own):
            assert await client.ping()
            await client.aclose()


async def test_a_broker_of_another_name_is_refused(valkey: ValkeyServer, tmp_path: Path) -> None:
    files = Authority("ours").issue(tmp_path, "valkey", ["valkey.example"])
    async with in_front_of(valkey.url, files) as port:
        client = client_of(f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={files.ca}")
        with pytest.raises(NoConnectionError, match="IP address mismatch"):
            await client.ping()
        await client.aclose()
